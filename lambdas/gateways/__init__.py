"""The only boto3: what the steps ask of AWS, in their own words."""
