"""IAM Access Analyzer: policy generation from trails, validation, and custom checks."""
