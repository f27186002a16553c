// Stand-ins for the Python symbols whose addresses DuckDB's wheel wants when it is loaded.
//
// The wheel's shared object is a Python module that also exports the whole C interface. No Python
// runs in our processes: the loader only has to find these names. Programs are linked so that they
// export them (`--dynamic-list` in Package.swift).
#include "PythonStandIns.h"

#define STAND_IN(name) __attribute__((used, visibility("default"))) char name[512];

STAND_IN(PyBaseObject_Type)
STAND_IN(PyBool_Type)
STAND_IN(PyByteArray_Type)
STAND_IN(PyBytes_Type)
STAND_IN(PyCFunction_Type)
STAND_IN(PyCapsule_Type)
STAND_IN(PyDict_Type)
STAND_IN(PyExc_AttributeError)
STAND_IN(PyExc_BufferError)
STAND_IN(PyExc_Exception)
STAND_IN(PyExc_ImportError)
STAND_IN(PyExc_IndexError)
STAND_IN(PyExc_KeyError)
STAND_IN(PyExc_MemoryError)
STAND_IN(PyExc_ModuleNotFoundError)
STAND_IN(PyExc_NotImplementedError)
STAND_IN(PyExc_OverflowError)
STAND_IN(PyExc_ResourceWarning)
STAND_IN(PyExc_RuntimeError)
STAND_IN(PyExc_RuntimeWarning)
STAND_IN(PyExc_StopIteration)
STAND_IN(PyExc_SystemError)
STAND_IN(PyExc_TypeError)
STAND_IN(PyExc_UnicodeEncodeError)
STAND_IN(PyExc_ValueError)
STAND_IN(PyFloat_Type)
STAND_IN(PyList_Type)
STAND_IN(PyLong_Type)
STAND_IN(PyMemoryView_Type)
STAND_IN(PyModule_Type)
STAND_IN(PyObject_GenericGetDict)
STAND_IN(PyObject_GenericSetDict)
STAND_IN(PyObject_Vectorcall)
STAND_IN(PyObject_VectorcallMethod)
STAND_IN(PyProperty_Type)
STAND_IN(PyTuple_Type)
STAND_IN(PyType_GenericNew)
STAND_IN(PyType_Type)
STAND_IN(PyUnicode_Type)
STAND_IN(PyVectorcall_Call)
STAND_IN(Py_GenericAlias)
STAND_IN(Py_GenericAliasType)
STAND_IN(_PyWeakref_RefType)
STAND_IN(_Py_FalseStruct)
STAND_IN(_Py_NoneStruct)
STAND_IN(_Py_NotImplementedStruct)
STAND_IN(_Py_TrueStruct)

// Referenced by the loader, so that no linker drops the stand-ins.
void *const cduckdb_python_stand_ins[] = {
  PyBaseObject_Type,
  PyBool_Type,
  PyByteArray_Type,
  PyBytes_Type,
  PyCFunction_Type,
  PyCapsule_Type,
  PyDict_Type,
  PyExc_AttributeError,
  PyExc_BufferError,
  PyExc_Exception,
  PyExc_ImportError,
  PyExc_IndexError,
  PyExc_KeyError,
  PyExc_MemoryError,
  PyExc_ModuleNotFoundError,
  PyExc_NotImplementedError,
  PyExc_OverflowError,
  PyExc_ResourceWarning,
  PyExc_RuntimeError,
  PyExc_RuntimeWarning,
  PyExc_StopIteration,
  PyExc_SystemError,
  PyExc_TypeError,
  PyExc_UnicodeEncodeError,
  PyExc_ValueError,
  PyFloat_Type,
  PyList_Type,
  PyLong_Type,
  PyMemoryView_Type,
  PyModule_Type,
  PyObject_GenericGetDict,
  PyObject_GenericSetDict,
  PyObject_Vectorcall,
  PyObject_VectorcallMethod,
  PyProperty_Type,
  PyTuple_Type,
  PyType_GenericNew,
  PyType_Type,
  PyUnicode_Type,
  PyVectorcall_Call,
  Py_GenericAlias,
  Py_GenericAliasType,
  _PyWeakref_RefType,
  _Py_FalseStruct,
  _Py_NoneStruct,
  _Py_NotImplementedStruct,
  _Py_TrueStruct,
  0,
};
