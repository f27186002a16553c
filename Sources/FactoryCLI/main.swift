print("aifactory")
