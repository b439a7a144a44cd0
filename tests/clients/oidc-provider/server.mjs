// Runs the authorization server `oidc-provider` on loopback, with new keys, until standard input ends: `server.mjs OPTIONS`.
//
// OPTIONS is a JSON object: `port` (0 selects a free one), `resource` (also the client identifier of the resource server), `secret`
// (its secret), `format` of access tokens (`jwt` or `opaque`), their `lifetime` in seconds, the `scopes` that it knows, `nonces`: whether
// proofs of possession need a nonce, and `ahead`: by how many seconds its clock is ahead. Prints the issuer
// when it listens. `/requests` is the number of requests of each kind, such as `POST /token`.
// Every login succeeds, and every consent is given: the interaction is part of the flow, and needs no form. A login reaches the first
// authentication context class of `acr_values` that is known. Tokens state that class, and the time of the login.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { interactionPolicy, Provider } from 'oidc-provider';

const { port, resource, secret, format, lifetime, scopes, nonces, ahead } = JSON.parse(process.argv[2]);
const redirectUris = ['http://127.0.0.1:4567/callback'];

// Its advice is for deployments. Standard output holds the issuer only.
console.info = console.warn = () => {};

const clock = Date.now;
Date.now = () => clock() + ahead * 1000;

const server = createServer();
await new Promise((listening) => server.listen(port, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

// The authentication context classes, in ascending order.
const classes = ['password', 'hardware-key'];
const requestedClasses = (params) => (params.acr_values ?? '').split(' ').filter((name) => classes.includes(name));

// `acr_values` alone is a wish: without this check no session of another class prompts for a login.
const policy = interactionPolicy.base();
policy.get('login').checks.add(
    new interactionPolicy.Check('acr_values', 'no requested class is that of the session', ({ oidc }) => {
        const requested = requestedClasses(oidc.params);
        return requested.length > 0 && !requested.includes(oidc.acr);
    }),
);

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const provider = new Provider(issuer, {
    clients: [
        {
            client_id: resource,
            client_secret: secret,
            grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
            redirect_uris: redirectUris,
        },
    ],
    // The same key signs access tokens and ID tokens, so that the signature alone distinguishes neither.
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [{ ...key, use: 'sig', alg: 'ES256' }] },
    cookies: { keys: ['signs the cookies of a test'] },
    ttl: { AccessToken: lifetime, ClientCredentials: lifetime },
    pkce: { required: () => true },
    acrValues: classes,
    extraTokenClaims: ({ oidc: { entities } }) => {
        const login = entities.AuthorizationCode ?? entities.RefreshToken;
        return login && { acr: login.acr, auth_time: login.authTime };
    },
    // A client may ask for a refresh token without `offline_access`.
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    features: {
        clientCredentials: { enabled: true },
        devInteractions: { enabled: false },
        dPoP: { enabled: true, ...(nonces && { nonceSecret: randomBytes(32), requireNonce: () => true }) },
        introspection: { enabled: true },
        registration: { enabled: true },
        resourceIndicators: {
            enabled: true,
            getResourceServerInfo: (_, audience) => ({
                scope: scopes,
                audience,
                accessTokenFormat: format,
                jwt: { sign: { alg: 'ES256' } },
            }),
            useGrantedResource: () => true,
        },
        revocation: { enabled: true },
    },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { policy, url: (_, { uid }) => `/interaction/${uid}` },
});

/** Logs the user in. */
function login({ params }) {
    return { login: { accountId: 'alice', acr: requestedClasses(params)[0] ?? classes[0] } };
}

/** Gives consent to all that the client asks for. */
async function consent({ grantId, params, prompt, session }) {
    const grant = grantId
        ? await provider.Grant.find(grantId)
        : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    const { missingOIDCScope, missingResourceScopes } = prompt.details;
    if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
    for (const [indicator, scopes] of Object.entries(missingResourceScopes ?? {})) {
        grant.addResourceScope(indicator, scopes.join(' '));
    }
    return { consent: { grantId: await grant.save() } };
}

const requests = {};

provider.use(async (ctx, next) => {
    if (ctx.path === '/requests') {
        ctx.body = requests;
        return;
    }
    const kind = `${ctx.method} ${ctx.path}`;
    requests[kind] = (requests[kind] ?? 0) + 1;
    if (!ctx.path.startsWith('/interaction/')) return next();
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    const result = interaction.prompt.name === 'login' ? login(interaction) : await consent(interaction);
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result));
});

server.on('request', provider.callback());
process.stdin.on('end', () => process.exit()).resume();
console.log(issuer);
