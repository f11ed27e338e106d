"""Where document bytes lie: a local folder or an S3 bucket, chosen by the installation's settings.

Both keep the same promise (the same bytes twice are one blob, nothing readable without the key),
so a small installation can move to S3 without touching a feature.
"""
