// Runs a server of the official TypeScript SDK behind its own authorization, with one fault or none: `server.mjs [FAULT]`.
//
// FAULT is `any-audience` (tokens for other servers), `no-expiry` (expired tokens), `any-origin` (pages of other origins) or `scope-in-tool`
// (a tool that checks a scope itself). Prints the URL, and ends with its input. The tokens are `low-token`, `full-token`, `expired-token` and
// `foreign-token`. The metadata of the authorization server is on the same origin; it issues nothing.

import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
    McpServer,
    OAuthError,
    OAuthErrorCode,
    createMcpHandler,
    getOAuthProtectedResourceMetadataUrl,
    localhostAllowedOrigins,
    oauthMetadataResponse,
    originValidationResponse,
    requireBearerAuth,
    requireScopes,
} from '@modelcontextprotocol/server';

const [fault] = process.argv.slice(2);
const listener = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => listener.once('listening', resolve));
const origin = `http://127.0.0.1:${listener.address().port}`;
const resource = new URL('/mcp', origin);

/** The scopes, the user, the resource and the expiry in seconds from now. */
const TOKENS = {
    'low-token': [['notes:read'], 'ada', resource, 600],
    'full-token': [['notes:read', 'notes:write'], 'bea', resource, 600],
    'expired-token': [['notes:read'], 'ada', resource, -600],
    'foreign-token': [['notes:read'], 'ada', new URL('https://other.example.com/mcp'), 600],
};

/** The verifier, which knows the tokens. */
const verifier = {
    async verifyAccessToken(token) {
        if (!Object.hasOwn(TOKENS, token)) {
            throw new OAuthError(OAuthErrorCode.InvalidToken, 'it is not known');
        }
        const [scopes, clientId, audience, seconds] = TOKENS[token];
        const expiresAt = Math.floor(Date.now() / 1000) + (fault === 'no-expiry' ? 600 : seconds);
        return { token, clientId, scopes, resource: audience, expiresAt };
    },
};
const gate = requireBearerAuth({
    verifier,
    requiredScopes: ['notes:read'],
    resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
    expectedResource: fault === 'any-audience' ? undefined : resource,
});

const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'Notes', version: '1.0.0' });
    const annotations = { readOnlyHint: true };
    const text = (text) => ({ content: [{ type: 'text', text }] });
    server.registerTool('list_notes', { description: 'List the titles of all notes', annotations }, () => text('lunch'));
    const inTool = fault === 'scope-in-tool';
    const scopeChallenge = inTool ? undefined : requireScopes('notes:write');
    server.registerTool('read_drafts', { description: 'Return all drafts', annotations, scopeChallenge }, (context) => {
        if (inTool && !context.http.authInfo.scopes.includes('notes:write')) {
            throw new Error('insufficient scope');
        }
        return text('dinner');
    });
    return server;
});

const metadata = {
    oauthMetadata: {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        client_id_metadata_document_supported: true,
        authorization_response_iss_parameter_supported: true,
    },
    resourceServerUrl: resource,
    resourceName: 'Notes',
    scopesSupported: ['notes:read', 'notes:write'],
};

async function fetch(request) {
    const document = oauthMetadataResponse(request, metadata);
    if (document) {
        return document;
    }
    const refused = fault === 'any-origin' ? undefined : originValidationResponse(request, localhostAllowedOrigins());
    if (refused) {
        return refused;
    }
    if (request.method === 'OPTIONS') {
        return new Response(null, { status: 204 });
    }
    const authInfo = await gate(request);
    return authInfo instanceof Response ? authInfo : handler.fetch(request, { authInfo });
}

listener.on('request', toNodeHandler({ fetch }));
process.stdin.resume().on('end', () => process.exit());
console.log(resource.href);
