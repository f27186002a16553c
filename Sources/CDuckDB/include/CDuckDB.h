// The part of DuckDB's C interface that the factory uses, loaded at run time.
//
// The names are DuckDB's with `cduckdb_` in front; what each function does is described in DuckDB's
// documentation ("C API"). Nothing here may be called before `cduckdb_load` returned 0.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cduckdb_opaque_database *cduckdb_database;
typedef struct cduckdb_opaque_connection *cduckdb_connection;
typedef struct cduckdb_opaque_config *cduckdb_config;
typedef struct cduckdb_opaque_statement *cduckdb_statement;
typedef struct cduckdb_opaque_pending *cduckdb_pending;
typedef struct cduckdb_opaque_chunk *cduckdb_chunk;
typedef struct cduckdb_opaque_vector *cduckdb_vector;

/// DuckDB's `duckdb_result`: 48 bytes that belong to the library.
typedef struct {
  uint64_t deprecated_column_count;
  uint64_t deprecated_row_count;
  uint64_t deprecated_rows_changed;
  void *deprecated_columns;
  char *deprecated_error_message;
  void *internal_data;
} cduckdb_result;

/// DuckDB's `duckdb_string_t`: texts of up to 12 bytes lie in place.
typedef union {
  struct {
    uint32_t length;
    char bytes[12];
  } inlined;
  struct {
    uint32_t length;
    char prefix[4];
    const char *pointer;
  } outside;
} cduckdb_string;

/// How many bytes a text has.
static inline uint32_t cduckdb_string_length(const cduckdb_string *string) {
  return string->inlined.length;
}

/// The values of `duckdb_type` that the factory reads.
enum {
  CDUCKDB_TYPE_BOOLEAN = 1,
  CDUCKDB_TYPE_TINYINT = 2,
  CDUCKDB_TYPE_INTEGER = 4,
  CDUCKDB_TYPE_BIGINT = 5,
  CDUCKDB_TYPE_DOUBLE = 11,
  CDUCKDB_TYPE_VARCHAR = 17,
};

/// Loads the shared object at `path`; returns 0, or -1 with a sentence in `error`.
///
/// A second call with any path does nothing and returns 0: one DuckDB per process.
int cduckdb_load(const char *path, char *error, size_t error_size);

const char *cduckdb_library_version(void);

int cduckdb_create_config(cduckdb_config *config);
int cduckdb_set_config(cduckdb_config config, const char *name, const char *value);
void cduckdb_destroy_config(cduckdb_config *config);
int cduckdb_open_ext(
  const char *path, cduckdb_database *database, cduckdb_config config, char **error);
void cduckdb_close(cduckdb_database *database);
int cduckdb_connect(cduckdb_database database, cduckdb_connection *connection);
void cduckdb_disconnect(cduckdb_connection *connection);
void cduckdb_free(void *pointer);

int cduckdb_prepare(cduckdb_connection connection, const char *sql, cduckdb_statement *statement);
const char *cduckdb_prepare_error(cduckdb_statement statement);
void cduckdb_destroy_prepare(cduckdb_statement *statement);
int cduckdb_execute_prepared(cduckdb_statement statement, cduckdb_result *result);
int cduckdb_pending_prepared_streaming(cduckdb_statement statement, cduckdb_pending *pending);
const char *cduckdb_pending_error(cduckdb_pending pending);
int cduckdb_execute_pending(cduckdb_pending pending, cduckdb_result *result);
void cduckdb_destroy_pending(cduckdb_pending *pending);

const char *cduckdb_result_error(cduckdb_result *result);
void cduckdb_destroy_result(cduckdb_result *result);
uint64_t cduckdb_column_count(cduckdb_result *result);
const char *cduckdb_column_name(cduckdb_result *result, uint64_t column);
int cduckdb_column_type(cduckdb_result *result, uint64_t column);

cduckdb_chunk cduckdb_fetch_chunk(cduckdb_result *result);
void cduckdb_destroy_data_chunk(cduckdb_chunk *chunk);
uint64_t cduckdb_data_chunk_get_size(cduckdb_chunk chunk);
cduckdb_vector cduckdb_data_chunk_get_vector(cduckdb_chunk chunk, uint64_t column);
void *cduckdb_vector_get_data(cduckdb_vector vector);
uint64_t *cduckdb_vector_get_validity(cduckdb_vector vector);

/// Where the bytes of a text begin.
static inline const char *cduckdb_string_bytes(const cduckdb_string *string) {
  return string->inlined.length <= 12 ? string->inlined.bytes : string->outside.pointer;
}

#ifdef __cplusplus
}
#endif
