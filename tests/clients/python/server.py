"""Runs a server of the official Python SDK behind its own authorization, with one fault or none: `server.py [FAULT]`.

FAULT is `any-audience` (tokens for other servers), `no-expiry` (expired tokens) or `scope-in-tool` (a tool that checks a scope
itself). Prints the URL. The tokens are `low-token`, `full-token`, `expired-token` and `foreign-token`. The metadata of the
authorization server is on the same origin; it issues nothing.
"""

import asyncio
import socket
import sys
import time

import uvicorn
from mcp.server import MCPServer
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from mcp.types import ToolAnnotations
from starlette.responses import JSONResponse

FAULT = sys.argv[1] if len(sys.argv) > 1 else ""
LISTENER = socket.create_server(("127.0.0.1", 0))
ORIGIN = f"http://127.0.0.1:{LISTENER.getsockname()[1]}"
RESOURCE = f"{ORIGIN}/mcp"

# The scopes, the user, the resource and the expiry in seconds from now.
TOKENS = {
    "low-token": (["notes:read"], "ada", RESOURCE, 600),
    "full-token": (["notes:read", "notes:write"], "bea", RESOURCE, 600),
    "expired-token": (["notes:read"], "ada", RESOURCE, -600),
    "foreign-token": (["notes:read"], "ada", "https://other.example.com/mcp", 600),
}


class Tokens:
    """The verifier, which knows the tokens."""

    async def verify_token(self, token):
        if token not in TOKENS:
            return None
        scopes, user, resource, seconds = TOKENS[token]
        expires = None if FAULT == "no-expiry" else int(time.time()) + seconds
        return AccessToken(
            token=token, client_id=user, subject=user, scopes=scopes, resource=resource, expires_at=expires
        )


auth = AuthSettings(
    issuer_url=ORIGIN,
    resource_server_url=RESOURCE,
    required_scopes=["notes:read"],
    validate_token_resource=FAULT != "any-audience",
)
server = MCPServer("Notes", token_verifier=Tokens(), auth=auth, log_level="CRITICAL")


@server.tool(annotations=ToolAnnotations(readOnlyHint=True))
def list_notes() -> str:
    """List the titles of all notes"""
    if FAULT == "scope-in-tool" and "notes:write" not in get_access_token().scopes:
        raise ValueError("insufficient scope")
    return "lunch"


@server.custom_route("/.well-known/oauth-authorization-server", methods=["GET"])
async def metadata(_):
    return JSONResponse(
        {
            "issuer": ORIGIN,
            "authorization_endpoint": f"{ORIGIN}/authorize",
            "token_endpoint": f"{ORIGIN}/token",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "client_id_metadata_document_supported": True,
            "authorization_response_iss_parameter_supported": True,
        }
    )


print(RESOURCE, flush=True)
config = uvicorn.Config(server.streamable_http_app(), log_level="critical")
asyncio.run(uvicorn.Server(config).serve(sockets=[LISTENER]))
