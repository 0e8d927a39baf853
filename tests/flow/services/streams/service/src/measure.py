def handler(event, context):
    return {"projected": len(event.get("Records", []))}
