import Glibc

exit(AgentProgram.run(CommandLine.arguments))
