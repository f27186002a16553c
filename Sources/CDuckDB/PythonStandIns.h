// Addresses of the stand-ins for Python's symbols; see PythonStandIns.c.
#pragma once

extern void *const cduckdb_python_stand_ins[];
