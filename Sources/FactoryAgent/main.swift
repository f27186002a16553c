import Glibc
_ = puts("agent")
