"""Third step: wait until the trail holds everything that the cycle did."""
