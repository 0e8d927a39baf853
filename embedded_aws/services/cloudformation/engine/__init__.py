"""What the engine itself lacks: physical names, conditions, custom resources, late loading."""
