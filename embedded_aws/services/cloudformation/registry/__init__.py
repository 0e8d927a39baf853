"""The registry's handlers: which calls a resource type makes where nobody wrote them down."""
