"""Published test functions, each with a search space as `aifactory` reads it."""

import math

import numpy as np


def cube(count, low, high):
    return {"parameters": [{"name": f"x{i}", "uniform": [low, high]} for i in range(count)]}


def vector(function):
    """A function of a point from one of a vector."""
    return lambda point: float(function(np.array([point[f"x{i}"] for i in range(len(point))])))


def branin(x):
    return ((x[1] - 5.1 / (4 * math.pi**2) * x[0] ** 2 + 5 / math.pi * x[0] - 6) ** 2
            + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x[0]) + 10)


A = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
P = 1e-4 * np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
                     [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]])


def hartmann(x):
    return -np.dot([1, 1.2, 3, 3.2], np.exp(-(A * (x - P) ** 2).sum(1)))


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def ackley(x):
    return (-20 * np.exp(-0.2 * np.sqrt((x**2).mean())) - np.exp(np.cos(2 * math.pi * x).mean()) + 20 + math.e)


def rastrigin(x):
    return 10 * len(x) + (x**2 - 10 * np.cos(2 * math.pi * x)).sum()


def levy(x):
    w = 1 + (x - 1) / 4
    return (math.sin(math.pi * w[0]) ** 2 + ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2)).sum()
            + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2))


def griewank(x):
    return (x**2).sum() / 4000 - np.cos(x / np.sqrt(np.arange(1, len(x) + 1))).prod() + 1


def styblinski(x):
    return 0.5 * (x**4 - 16 * x**2 + 5 * x).sum()


def mixed(point):
    """Numbers on four scales beside words and an order; the best words change what the numbers should be."""
    centre = {"a": 0.2, "b": 0.5, "c": 0.8}[point["word"]]
    size = ["s", "m", "l", "xl"].index(point["size"])
    return ((point["x"] - centre) ** 2 + (math.log10(point["rate"]) + 3) ** 2 / 4 + (point["n"] - 17) ** 2 / 400
            + 0.1 * (size - 2) ** 2 + {"a": 0.3, "b": 0.1, "c": 0}[point["word"]] + 0.2 * point["flag"])


MIXED = {"parameters": [
    {"name": "word", "choice": ["a", "b", "c"]}, {"name": "x", "uniform": [0, 1]},
    {"name": "rate", "log_uniform": [1e-6, 1]}, {"name": "n", "int": [1, 64]},
    {"name": "size", "ordinal": ["s", "m", "l", "xl"]}, {"name": "flag", "bool": True}]}


def branches(point):
    """Three models with settings of their own; the best one is not the easiest."""
    if point["model"] == "line":
        return 0.5 + (point["slope"] - 0.3) ** 2
    if point["model"] == "tree":
        return 0.2 + (point["depth"] - 7) ** 2 / 100 + (point["share"] - 0.6) ** 2
    return ((math.log10(point["rate"]) + 2.5) ** 2 + (math.log2(point["width"]) - 6) ** 2 / 10
            + (point["drop"] - 0.1) ** 2)


BRANCHES = {"parameters": [
    {"name": "model", "choice": ["line", "tree", "net"]},
    {"name": "slope", "uniform": [-1, 1], "when": {"model": ["line"]}},
    {"name": "depth", "int": [1, 20], "when": {"model": ["tree"]}},
    {"name": "share", "uniform": [0, 1], "when": {"model": ["tree"]}},
    {"name": "rate", "log_uniform": [1e-6, 1], "when": {"model": ["net"]}},
    {"name": "width", "log_int": [4, 1024], "when": {"model": ["net"]}},
    {"name": "drop", "uniform": [0, 0.9], "when": {"model": ["net"]}}]}


def every():
    """Name, function of a point, space."""
    yield "branin", vector(branin), {"parameters": [
        {"name": "x0", "uniform": [-5, 10]}, {"name": "x1", "uniform": [0, 15]}]}
    yield "sphere-5", vector(lambda x: ((x - 1) ** 2).sum()), cube(5, -5, 5)
    yield "rosenbrock-4", vector(rosenbrock), cube(4, -2, 2)
    yield "rosenbrock-10", vector(rosenbrock), cube(10, -5, 10)
    yield "hartmann-6", vector(hartmann), cube(6, 0, 1)
    yield "ackley-5", vector(ackley), cube(5, -30, 34)
    yield "ackley-20", vector(ackley), cube(20, -30, 34)
    yield "rastrigin-3", vector(rastrigin), cube(3, -5.12, 4.7)
    yield "levy-8", vector(levy), cube(8, -10, 10)
    yield "griewank-10", vector(griewank), cube(10, -500, 600)
    yield "styblinski-5", vector(styblinski), cube(5, -5, 5)
    yield "mixed", mixed, MIXED
    yield "branches", branches, BRANCHES
