"""A service with WebSockets, as somebody would write it with aiohttp."""

import os

from aiohttp import WSCloseCode, WSMsgType, web


def require_factory(request):
    if request.headers.get("X-AIFactory-Secret") != os.environ["AIFACTORY_SERVICE_SECRET"]:
        raise web.HTTPForbidden()


async def socket(request):
    require_factory(request)
    socket = web.WebSocketResponse(protocols=["echo"], max_msg_size=0)
    await socket.prepare(request)
    await socket.send_json({
        "job": os.environ["AIFACTORY_JOB"], "path": request.raw_path,
        "headers": {name.lower(): value for name, value in request.headers.items()},
    })
    async for message in socket:
        if message.type == WSMsgType.TEXT and message.data == "leave":
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"told to")
        elif message.type == WSMsgType.TEXT and message.data == "die":
            os._exit(3)
        elif message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def page(request):
    require_factory(request)
    return web.json_response({"upgrade": request.headers.get("Upgrade")}, status=418)


app = web.Application()
app.add_routes([web.get("/socket", socket), web.get("/page", page)])
host = os.environ["AIFACTORY_SERVICE_HOST"]
web.run_app(app, host=host, port=int(os.environ["PORT"]), print=None)
