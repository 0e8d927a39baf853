def handler(event, context):
    return {"count": len(event)}
