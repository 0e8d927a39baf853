"""What a run costs: `python -m benchmarks.cost`."""

from benchmarks.cost.run_cost import table

if __name__ == "__main__":
    print("\n".join(table()))
