"""The compiler of the reference: run when a source is upgraded, never in a Lambda function."""
