"""How a policy is kept to the process's own things, and what of it still reaches others'.

Takes grants as they are about to be made; gives conditions, and reasons where there is none.
"""
