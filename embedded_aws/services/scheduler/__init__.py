"""EventBridge Scheduler: schedules, their times, and how targets are called and retried."""
