#pragma once

#include <stddef.h>
#include <stdint.h>

/// The part of XGBoost's C API (3.2.0) that the factory uses, called through a table that
/// `cxgb_load` fills from a libxgboost.so at run time.
///
/// Every function returns 0 or, after a failure, a number other than 0; `cxgb_last_error` then says
/// why. Sizes are `bst_ulong`, 64 bits. Handles are freed by their `…_free`.

typedef void *cxgb_matrix_t;
typedef void *cxgb_booster_t;

/// Loads the library at `path` and fills the table. On failure writes a sentence into `error`.
///
/// Sets GOMP_SPINCOUNT=1000 first (unless it or OMP_WAIT_POLICY is set): OpenMP's threads wait for
/// each other some microseconds before they sleep. With its default, 300 times as long, a training
/// on a busy machine takes many times as long; without any, each of the many short waits puts a
/// core to sleep and wakes it, which on a virtual machine took four times as long.
int cxgb_load(const char *path, char *error, size_t error_size);

/// The reason of the calling thread's last failure; valid until its next call.
const char *cxgb_last_error(void);

void cxgb_version(int *major, int *minor, int *patch);

/// A matrix that keeps the values of `rows` × `columns` row-major floats (NaN is missing).
int cxgb_matrix_create(const float *values, uint64_t rows, uint64_t columns, int threads,
                       cxgb_matrix_t *matrix);

/// A matrix that keeps only the bins of the values, for training; `reference` (or NULL) gives the
/// bins. `label` and `weight` may be NULL; `types` has one text ("q", "c") a column.
int cxgb_quantile_matrix_create(const float *values, uint64_t rows, uint64_t columns,
                                const float *label, const float *weight, const char **types,
                                cxgb_matrix_t reference, int max_bin, int threads,
                                cxgb_matrix_t *matrix);

/// Sets `label`, `weight` or `base_margin` (`rows` × `columns` values).
int cxgb_matrix_set_floats(cxgb_matrix_t matrix, const char *field, const float *values,
                           uint64_t rows, uint64_t columns);

/// Sets `feature_type` or `feature_name`, one text a column.
int cxgb_matrix_set_texts(cxgb_matrix_t matrix, const char *field, const char **texts,
                          uint64_t count);
int cxgb_matrix_free(cxgb_matrix_t matrix);

int cxgb_booster_create(const cxgb_matrix_t *matrices, uint64_t count, cxgb_booster_t *booster);
int cxgb_booster_free(cxgb_booster_t booster);
int cxgb_booster_set_parameter(cxgb_booster_t booster, const char *name, const char *value);
int cxgb_booster_update(cxgb_booster_t booster, int round, cxgb_matrix_t matrix);

/// One round with the caller's own first and second derivatives, `rows` × `outputs` each.
int cxgb_booster_update_gradients(cxgb_booster_t booster, int round, cxgb_matrix_t matrix,
                                  const float *gradients, const float *hessians, uint64_t rows,
                                  uint64_t outputs);

/// A text such as "[3]\tvalidation-rmse:0.5"; valid until the next call of this thread.
int cxgb_booster_evaluate(cxgb_booster_t booster, int round, const cxgb_matrix_t *matrices,
                          const char **names, uint64_t count, const char **text);

/// Predictions as `config` (JSON) wants them; shape and values are valid until the next prediction
/// of this thread with this booster.
int cxgb_booster_predict(cxgb_booster_t booster, cxgb_matrix_t matrix, const char *config,
                         const uint64_t **shape, uint64_t *dimensions, const float **values);

/// Predictions of rows in memory without a matrix of their own; `proxy` is reused between calls.
int cxgb_booster_predict_dense(cxgb_booster_t booster, const float *rows_values, uint64_t rows,
                               uint64_t columns, const char *config, cxgb_matrix_t proxy,
                               const uint64_t **shape, uint64_t *dimensions, const float **values);
int cxgb_proxy_create(cxgb_matrix_t *proxy);

int cxgb_booster_rounds(cxgb_booster_t booster, int *rounds);
int cxgb_booster_slice(cxgb_booster_t booster, int begin, int end, cxgb_booster_t *slice);
int cxgb_booster_feature_score(cxgb_booster_t booster, const char *config, uint64_t *feature_count,
                               const char ***features, uint64_t *dimensions,
                               const uint64_t **shape, const float **scores);
int cxgb_booster_save(cxgb_booster_t booster, const char *path);
int cxgb_booster_load(cxgb_booster_t booster, const char *path);

/// The model's bytes in the format that `config` names ({"format": "ubj"}); valid until the next
/// call of this thread with this booster.
int cxgb_booster_save_buffer(cxgb_booster_t booster, const char *config, uint64_t *size,
                             const char **bytes);
int cxgb_booster_load_buffer(cxgb_booster_t booster, const void *bytes, uint64_t size);
