#define _GNU_SOURCE
#include "CXGBoost.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*next_callback)(void *);
typedef void (*reset_callback)(void *);

/// Every function of libxgboost that is called: its type, and the name under which it is found.
#define FUNCTIONS(X)                                                                              \
  X(const char *, XGBGetLastError, (void))                                                        \
  X(void, XGBoostVersion, (int *, int *, int *))                                                  \
  X(int, XGDMatrixCreateFromDense, (const char *, const char *, void **))                         \
  X(int, XGQuantileDMatrixCreateFromCallback,                                                     \
    (void *, void *, void *, reset_callback, next_callback, const char *, void **))               \
  X(int, XGProxyDMatrixCreate, (void **))                                                         \
  X(int, XGProxyDMatrixSetDataDense, (void *, const char *))                                      \
  X(int, XGDMatrixSetInfoFromInterface, (void *, const char *, const char *))                     \
  X(int, XGDMatrixSetStrFeatureInfo, (void *, const char *, const char **, uint64_t))             \
  X(int, XGDMatrixFree, (void *))                                                                 \
  X(int, XGBoosterCreate, (void *const *, uint64_t, void **))                                     \
  X(int, XGBoosterFree, (void *))                                                                 \
  X(int, XGBoosterSetParam, (void *, const char *, const char *))                                 \
  X(int, XGBoosterUpdateOneIter, (void *, int, void *))                                           \
  X(int, XGBoosterTrainOneIter, (void *, void *, int, const char *, const char *))                \
  X(int, XGBoosterEvalOneIter,                                                                    \
    (void *, int, void *const *, const char **, uint64_t, const char **))                         \
  X(int, XGBoosterPredictFromDMatrix,                                                             \
    (void *, void *, const char *, const uint64_t **, uint64_t *, const float **))                \
  X(int, XGBoosterPredictFromDense,                                                               \
    (void *, const char *, const char *, void *, const uint64_t **, uint64_t *, const float **))  \
  X(int, XGBoosterBoostedRounds, (void *, int *))                                                 \
  X(int, XGBoosterSlice, (void *, int, int, int, void **))                                        \
  X(int, XGBoosterFeatureScore,                                                                   \
    (void *, const char *, uint64_t *, const char ***, uint64_t *, const uint64_t **,             \
     const float **))                                                                             \
  X(int, XGBoosterSaveModel, (void *, const char *))                                              \
  X(int, XGBoosterLoadModel, (void *, const char *))                                              \
  X(int, XGBoosterSaveModelToBuffer, (void *, const char *, uint64_t *, const char **))           \
  X(int, XGBoosterLoadModelFromBuffer, (void *, const void *, uint64_t))

#define POINTER(result, name, arguments) result(*name) arguments;
static struct {
  FUNCTIONS(POINTER)
} api;

int cxgb_load(const char *path, char *error, size_t error_size) {
  if (getenv("OMP_WAIT_POLICY") == NULL) setenv("GOMP_SPINCOUNT", "1000", 0);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    snprintf(error, error_size, "%s", dlerror());
    return -1;
  }
#define FIND(result, name, arguments)                                                             \
  *(void **)&api.name = dlsym(library, #name);                                                    \
  if (api.name == NULL) {                                                                         \
    snprintf(error, error_size, "%s has no function %s", path, #name);                            \
    return -1;                                                                                    \
  }
  FUNCTIONS(FIND)
  return 0;
}

const char *cxgb_last_error(void) { return api.XGBGetLastError(); }

void cxgb_version(int *major, int *minor, int *patch) { api.XGBoostVersion(major, minor, patch); }

/// Room for an array interface of two dimensions.
#define INTERFACE_SIZE 192

/// Writes NumPy's array interface (version 3) of row-major floats: how XGBoost is told of memory.
static void describe(char *text, const float *values, uint64_t rows, uint64_t columns) {
  snprintf(text, INTERFACE_SIZE,
           "{\"data\":[%" PRIuPTR ",true],\"shape\":[%" PRIu64 ",%" PRIu64
           "],\"typestr\":\"<f4\",\"version\":3}",
           (uintptr_t)values, rows, columns);
}

int cxgb_matrix_create(const float *values, uint64_t rows, uint64_t columns, int threads,
                       cxgb_matrix_t *matrix) {
  char data[INTERFACE_SIZE], config[64];
  describe(data, values, rows, columns);
  snprintf(config, sizeof config, "{\"missing\":NaN,\"nthread\":%d}", threads);
  return api.XGDMatrixCreateFromDense(data, config, matrix);
}

/// The one batch that the data iterator of a quantile matrix hands out.
struct batch {
  void *proxy;
  const float *values, *label, *weight;
  const char **types;
  uint64_t rows, columns;
  int is_done, has_failed;
};

static int next_batch(void *context) {
  struct batch *batch = context;
  if (batch->is_done) return 0;
  batch->is_done = 1;
  char data[INTERFACE_SIZE];
  describe(data, batch->values, batch->rows, batch->columns);
  int failure = api.XGProxyDMatrixSetDataDense(batch->proxy, data);
  if (!failure && batch->label)
    failure = cxgb_matrix_set_floats(batch->proxy, "label", batch->label, batch->rows, 1);
  if (!failure && batch->weight)
    failure = cxgb_matrix_set_floats(batch->proxy, "weight", batch->weight, batch->rows, 1);
  if (!failure)
    failure = cxgb_matrix_set_texts(batch->proxy, "feature_type", batch->types, batch->columns);
  batch->has_failed = failure != 0;
  return failure == 0;
}

static void reset_batch(void *context) { ((struct batch *)context)->is_done = 0; }

int cxgb_quantile_matrix_create(const float *values, uint64_t rows, uint64_t columns,
                                const float *label, const float *weight, const char **types,
                                cxgb_matrix_t reference, int max_bin, int threads,
                                cxgb_matrix_t *matrix) {
  struct batch batch = {.values = values, .label = label, .weight = weight, .types = types,
                        .rows = rows, .columns = columns};
  int failure = api.XGProxyDMatrixCreate(&batch.proxy);
  if (failure) return failure;
  char config[96];
  snprintf(config, sizeof config, "{\"missing\":NaN,\"nthread\":%d,\"max_bin\":%d}", threads,
           max_bin);
  failure = api.XGQuantileDMatrixCreateFromCallback(&batch, batch.proxy, reference, reset_batch,
                                                    next_batch, config, matrix);
  api.XGDMatrixFree(batch.proxy);
  return failure ? failure : (batch.has_failed ? -1 : 0);
}

int cxgb_matrix_set_floats(cxgb_matrix_t matrix, const char *field, const float *values,
                           uint64_t rows, uint64_t columns) {
  char data[INTERFACE_SIZE];
  describe(data, values, rows, columns);
  return api.XGDMatrixSetInfoFromInterface(matrix, field, data);
}

int cxgb_matrix_set_texts(cxgb_matrix_t matrix, const char *field, const char **texts,
                          uint64_t count) {
  return api.XGDMatrixSetStrFeatureInfo(matrix, field, texts, count);
}

int cxgb_matrix_free(cxgb_matrix_t matrix) { return api.XGDMatrixFree(matrix); }

int cxgb_booster_create(const cxgb_matrix_t *matrices, uint64_t count, cxgb_booster_t *booster) {
  return api.XGBoosterCreate(matrices, count, booster);
}

int cxgb_booster_free(cxgb_booster_t booster) { return api.XGBoosterFree(booster); }

int cxgb_booster_set_parameter(cxgb_booster_t booster, const char *name, const char *value) {
  return api.XGBoosterSetParam(booster, name, value);
}

int cxgb_booster_update(cxgb_booster_t booster, int round, cxgb_matrix_t matrix) {
  return api.XGBoosterUpdateOneIter(booster, round, matrix);
}

int cxgb_booster_update_gradients(cxgb_booster_t booster, int round, cxgb_matrix_t matrix,
                                  const float *gradients, const float *hessians, uint64_t rows,
                                  uint64_t outputs) {
  char gradient[INTERFACE_SIZE], hessian[INTERFACE_SIZE];
  describe(gradient, gradients, rows, outputs);
  describe(hessian, hessians, rows, outputs);
  return api.XGBoosterTrainOneIter(booster, matrix, round, gradient, hessian);
}

int cxgb_booster_evaluate(cxgb_booster_t booster, int round, const cxgb_matrix_t *matrices,
                          const char **names, uint64_t count, const char **text) {
  return api.XGBoosterEvalOneIter(booster, round, matrices, names, count, text);
}

int cxgb_booster_predict(cxgb_booster_t booster, cxgb_matrix_t matrix, const char *config,
                         const uint64_t **shape, uint64_t *dimensions, const float **values) {
  return api.XGBoosterPredictFromDMatrix(booster, matrix, config, shape, dimensions, values);
}

int cxgb_booster_predict_dense(cxgb_booster_t booster, const float *rows_values, uint64_t rows,
                               uint64_t columns, const char *config, cxgb_matrix_t proxy,
                               const uint64_t **shape, uint64_t *dimensions, const float **values) {
  char data[INTERFACE_SIZE];
  describe(data, rows_values, rows, columns);
  return api.XGBoosterPredictFromDense(booster, data, config, proxy, shape, dimensions, values);
}

int cxgb_proxy_create(cxgb_matrix_t *proxy) { return api.XGProxyDMatrixCreate(proxy); }

int cxgb_booster_rounds(cxgb_booster_t booster, int *rounds) {
  return api.XGBoosterBoostedRounds(booster, rounds);
}

int cxgb_booster_slice(cxgb_booster_t booster, int begin, int end, cxgb_booster_t *slice) {
  return api.XGBoosterSlice(booster, begin, end, 1, slice);
}

int cxgb_booster_feature_score(cxgb_booster_t booster, const char *config, uint64_t *feature_count,
                               const char ***features, uint64_t *dimensions,
                               const uint64_t **shape, const float **scores) {
  return api.XGBoosterFeatureScore(booster, config, feature_count, features, dimensions, shape,
                                   scores);
}

int cxgb_booster_save(cxgb_booster_t booster, const char *path) {
  return api.XGBoosterSaveModel(booster, path);
}

int cxgb_booster_load(cxgb_booster_t booster, const char *path) {
  return api.XGBoosterLoadModel(booster, path);
}

int cxgb_booster_save_buffer(cxgb_booster_t booster, const char *config, uint64_t *size,
                             const char **bytes) {
  return api.XGBoosterSaveModelToBuffer(booster, config, size, bytes);
}

int cxgb_booster_load_buffer(cxgb_booster_t booster, const void *bytes, uint64_t size) {
  return api.XGBoosterLoadModelFromBuffer(booster, bytes, size);
}
