"""What only tests ask for: records, knobs of the trail, and faults on demand. Root key only."""
