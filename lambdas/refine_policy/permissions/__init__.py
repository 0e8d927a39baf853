"""What each principal needs: seen, implied, derived from handlers, or hinted.

Takes observations; gives permissions with their ground. Spells no resource and no condition.
"""
