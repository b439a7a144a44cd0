// Runs the client of the official TypeScript SDK through a full session: `flow.mjs URL MODE [CLIENT]`.
//
// MODE is `legacy` (the handshake of 2025-11-25) or `auto` (`server/discover`, 2026-07-28). With the identifier CLIENT the client is
// registered, has a key, and obtains tokens that are bound to it (RFC 9449). Prints the results and all requests of the client as one JSON object, which the calling test
// checks.

import assert from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { Client, DpopSession, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';

const [url, mode, registered] = process.argv.slice(2);
/** What the server calls a structured denial in `_meta`. */
const DENIAL = 'io.github.mcp-scopes/denial';
const exchanges = [];
const asked = [];

/** In-memory tokens and registration, and a browser without user interaction. */
class Provider {
    redirectUrl = 'http://127.0.0.1:4567/callback';
    clientMetadata = {
        client_name: 'typescript',
        redirect_uris: [this.redirectUrl],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
    };
    clientInformation = () => this.client;
    saveClientInformation = (client) => void (this.client = client);
    tokens = () => this.token;
    saveTokens = (token) => void (this.token = token);
    codeVerifier = () => this.verifier;
    saveCodeVerifier = (verifier) => void (this.verifier = verifier);
    discoveryState = () => this.discovered;
    saveDiscoveryState = (discovered) => void (this.discovered = discovered);
    state = () => 'stated';

    async redirectToAuthorization(address) {
        asked.push(address.searchParams.get('scope'));
        const sentTo = await browse(address, this.redirectUrl);
        this.sentTo = sentTo.searchParams;
        assert.equal(this.sentTo.get('state'), 'stated');
    }
}

/** The cookies of the browser. */
const cookies = new Map();

/** Follows redirects until one leads to the client. */
async function browse(address, end) {
    for (let steps = 0; !String(address).startsWith(end); steps += 1) {
        assert(steps < 10, String(address));
        const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
        const answer = await fetch(address, { redirect: 'manual', headers: { cookie } });
        assert([302, 303].includes(answer.status), await answer.text());
        for (const [, name, value] of answer.headers.getSetCookie().map((set) => set.match(/^([^=]+)=([^;]*)/))) {
            value ? cookies.set(name, value) : cookies.delete(name);
        }
        address = new URL(answer.headers.get('location'), address);
    }
    return address;
}

/** Records each request, and sends it. */
async function noting(address, init) {
    const answer = await fetch(address, init);
    const challenge = answer.headers.get('www-authenticate');
    const sent = new Headers(init?.headers);
    exchanges.push({
        method: init?.method ?? 'GET',
        url: String(address),
        status: answer.status,
        challenges: challenge === null ? [] : [challenge],
        version: sent.get('mcp-protocol-version'),
        scheme: sent.get('authorization')?.split(' ')[0] ?? null,
        proof: sent.get('dpop'),
    });
    return answer;
}

const provider = new Provider();
if (registered) {
    provider.client = { client_id: registered };
    const session = await DpopSession.create();
    provider.dpop = () => session;
}
const newTransport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider, fetch: noting });
let transport = newTransport();

/** Runs an operation, and repeats it after the user has been redirected back. */
async function authorized(deed) {
    try {
        return await deed();
    } catch (error) {
        if (!UnauthorizedError.isInstance(error)) throw error;
        await transport.finishAuth(provider.sentTo);
        return await deed();
    }
}

const client = new Client({ name: 'typescript', version: '1' }, { versionNegotiation: { mode } });
await authorized(() => {
    transport = newTransport();
    return client.connect(transport);
});

const listed = async () => (await client.listTools(undefined, { cacheMode: 'refresh' })).tools;
const tools = async () => (await listed()).map((tool) => tool.name).sort();

async function schemes(name) {
    const tool = (await listed()).find((tool) => tool.name === name);
    return [tool.securitySchemes ?? null, tool._meta?.securitySchemes ?? null];
}

async function call(name, given = {}) {
    const result = await authorized(() => client.callTool({ name, arguments: given }));
    assert(!result.isError, JSON.stringify(result));
    return result.content[0].text;
}

/** A session has five calls of `delete_note`. The note is gone, so the next four fail, and then a policy denies the call. */
async function errors() {
    const all = [];
    while (all.length < 5) {
        const result = await client.callTool({ name: 'delete_note', arguments: { title: 'client' } });
        all.push([result.isError ?? false, result.content[0].text, result._meta?.[DENIAL] ?? null]);
    }
    return all;
}

const told = {
    version: client.getNegotiatedProtocolVersion(),
    count: await call('count_notes'),
    list: await call('list_notes'),
    tools: await tools(),
    schemes: await schemes('list_notes'),
    write: await call('write_note', { title: 'client', text: 'was here' }),
    read: await call('read_note', { title: 'client' }),
    delete: await call('delete_note', { title: 'client' }),
};
const before = await listed();
told.errors = await errors();
told.list_is_unchanged = isDeepStrictEqual(await listed(), before);
told.tools_in_the_end = await tools();
await client.close();
console.log(JSON.stringify({ told, asked, exchanges }));
