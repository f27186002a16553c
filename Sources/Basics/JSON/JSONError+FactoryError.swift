// JSON is a target of its own, because the agent reads it too; everything above gets it from here.
@_exported public import JSONCoding

extension JSONError: FactoryError {}
