"""What each principal needs: seen, implied, derived from handlers, or hinted.

Takes what was observed; gives permissions with their ground. Spells no resource and no condition.
"""
