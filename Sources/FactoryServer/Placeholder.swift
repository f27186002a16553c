enum FactoryServerPlaceholder {}
