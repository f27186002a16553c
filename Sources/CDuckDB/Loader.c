// Finds DuckDB's functions in the shared object and forwards to them.
#define _GNU_SOURCE
#include "CDuckDB.h"
#include "PythonStandIns.h"

#include <dlfcn.h>
#include <stdio.h>

// One line for each function: result, name without prefix, parameters, arguments.
#define FUNCTIONS(F) \
  F(const char *, library_version, (void), ()) \
  F(int, create_config, (cduckdb_config *c), (c)) \
  F(int, set_config, (cduckdb_config c, const char *name, const char *value), (c, name, value)) \
  F(int, open_ext, (const char *path, cduckdb_database *d, cduckdb_config c, char **error), \
    (path, d, c, error)) \
  F(int, connect, (cduckdb_database d, cduckdb_connection *c), (d, c)) \
  F(int, prepare, (cduckdb_connection c, const char *sql, cduckdb_statement *s), (c, sql, s)) \
  F(const char *, prepare_error, (cduckdb_statement s), (s)) \
  F(int, execute_prepared, (cduckdb_statement s, cduckdb_result *r), (s, r)) \
  F(int, pending_prepared_streaming, (cduckdb_statement s, cduckdb_pending *p), (s, p)) \
  F(const char *, pending_error, (cduckdb_pending p), (p)) \
  F(int, execute_pending, (cduckdb_pending p, cduckdb_result *r), (p, r)) \
  F(const char *, result_error, (cduckdb_result *r), (r)) \
  F(uint64_t, column_count, (cduckdb_result *r), (r)) \
  F(const char *, column_name, (cduckdb_result *r, uint64_t column), (r, column)) \
  F(int, column_type, (cduckdb_result *r, uint64_t column), (r, column)) \
  F(uint64_t, data_chunk_get_size, (cduckdb_chunk c), (c)) \
  F(cduckdb_vector, data_chunk_get_vector, (cduckdb_chunk c, uint64_t column), (c, column)) \
  F(void *, vector_get_data, (cduckdb_vector v), (v)) \
  F(uint64_t *, vector_get_validity, (cduckdb_vector v), (v))

#define PROCEDURES(F) \
  F(destroy_config, (cduckdb_config *c), (c)) \
  F(close, (cduckdb_database *d), (d)) \
  F(disconnect, (cduckdb_connection *c), (c)) \
  F(free, (void *pointer), (pointer)) \
  F(destroy_prepare, (cduckdb_statement *s), (s)) \
  F(destroy_pending, (cduckdb_pending *p), (p)) \
  F(destroy_result, (cduckdb_result *r), (r)) \
  F(destroy_data_chunk, (cduckdb_chunk *c), (c))

#define DECLARE_FUNCTION(type, name, parameters, arguments) type(*name) parameters;
#define DECLARE_PROCEDURE(name, parameters, arguments) void(*name) parameters;

static struct {
  FUNCTIONS(DECLARE_FUNCTION)
  PROCEDURES(DECLARE_PROCEDURE)
  cduckdb_chunk (*fetch_chunk)(cduckdb_result r);
} api;

static void *library;

static int find(const char *name, void *function, char *error, size_t error_size) {
  void *address = dlsym(library, name);
  if (!address) {
    snprintf(error, error_size, "it has no function %s", name);
    return -1;
  }
  *(void **)function = address;
  return 0;
}

int cduckdb_load(const char *path, char *error, size_t error_size) {
  if (library) return 0;
  if (!cduckdb_python_stand_ins[0]) return -1;
  library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
  if (!library) {
    const char *reason = dlerror();
    snprintf(error, error_size, "%s", reason ? reason : "unknown reason");
    return -1;
  }
  int failed = find("duckdb_fetch_chunk", &api.fetch_chunk, error, error_size);
#define FIND_FUNCTION(type, name, parameters, arguments) \
  failed = failed || find("duckdb_" #name, &api.name, error, error_size);
#define FIND_PROCEDURE(name, parameters, arguments) \
  failed = failed || find("duckdb_" #name, &api.name, error, error_size);
  FUNCTIONS(FIND_FUNCTION)
  PROCEDURES(FIND_PROCEDURE)
  if (failed) {
    dlclose(library);
    library = NULL;
    return -1;
  }
  return 0;
}

#define FORWARD_FUNCTION(type, name, parameters, arguments) \
  type cduckdb_##name parameters { return api.name arguments; }
#define FORWARD_PROCEDURE(name, parameters, arguments) \
  void cduckdb_##name parameters { api.name arguments; }
FUNCTIONS(FORWARD_FUNCTION)
PROCEDURES(FORWARD_PROCEDURE)

cduckdb_chunk cduckdb_fetch_chunk(cduckdb_result *result) { return api.fetch_chunk(*result); }
