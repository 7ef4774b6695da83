"""What all models share: the contract, splits by time, the gate, and the registry."""
