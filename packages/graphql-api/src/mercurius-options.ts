import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { ValidationRule } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { documentRules } from './document-rules.js'
import { formatErrors, type FormattedResponse } from './error-format.js'
import { limitDefaults, type GraphqlLimits } from './options.js'
import { authenticate } from './requester.js'
import { checkBody, checkContentType, checkQueryString, isParameters, type GraphqlParameters } from './request-check.js'
import { responseMediaType } from './response-media-type.js'
import { VIEW_AS, viewAs } from './view-as.js'
import { needsNoToken } from './without-token.js'

/** Why the token of a request was refused, until it is known whether it needs one. */
const refusals = new WeakMap<FastifyRequest, unknown>()

/** What Mercurius must be registered with for this API to behave as documented. */
export interface RequiredMercuriusOptions {
  readonly jit: number
  readonly cache: number
  readonly graphql: { readonly parseOptions: { readonly maxTokens: number } }
  readonly validationRules: ValidationRule[]
  readonly errorFormatter: (execution: Parameters<typeof formatErrors>[0], context: MercuriusContext) => FormattedResponse
  readonly additionalRouteOptions: {
    readonly schema: Record<string, never>
    readonly preParsing: (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: HookHandlerDoneFunction) => void
    readonly preValidation: (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void
  }
}

/**
 * What an app that registers Mercurius itself must register it with: the error shape, the checks of requests
 * and queries, and verifying the bearer token once for a request.
 *
 * @example
 * await app.register(mercurius, { schema, resolvers, ...mercuriusOptions() })
 * await app.register(graphqlApi)
 */
export function mercuriusOptions (limits: GraphqlLimits = {}): RequiredMercuriusOptions {
  const defaults = limitDefaults()
  const { queryDepth = defaults.queryDepth, maxTokens = defaults.maxTokens, maxAliases = defaults.maxAliases, introspection = defaults.introspection } = limits
  const parseOptions = { maxTokens }
  return {
    jit: 1,
    // Mercurius keeps up to twice as many queries, at a few hundred kilobytes for the largest.
    cache: 256,
    graphql: { parseOptions },
    validationRules: documentRules({ queryDepth, maxAliases, introspection }),
    errorFormatter: formatErrors,
    additionalRouteOptions: {
      // Mercurius' own would drop `code` from errors and turn the numbers in their paths into text.
      schema: {},
      preParsing: (request, reply, _payload, done) => {
        if (isWebSocket(request)) return done()
        if (request.method === 'POST') checkContentType(request.headers['content-type'])
        const mediaType = responseMediaType(request.headers.accept)
        if (mediaType !== 'application/json') reply.header('content-type', `${mediaType}; charset=utf-8`)
        // Not even null where Mercurius was registered before the token verifier.
        if (request.identity != null || request.principal?.kind === 'apiToken') return done()
        const authenticating = authenticate(request.server, request)
        if (authenticating === undefined) return done()
        authenticating.catch(error => { refusals.set(request, error) }).then(() => { done() }, done)
      },
      preValidation: (request, reply, done) => {
        if (isWebSocket(request)) return done()
        const refusal = refusals.get(request)
        // What is wrong with the rest matters to nobody whose token is refused.
        if (refusal !== undefined && !(isParameters(request.body) && needsNoToken(request.body, parseOptions))) throw refusal
        if (request.method === 'POST') checkBody(request.body)
        else checkQueryString(request.query as Record<string, unknown>, parseOptions)
        if (request.headers[VIEW_AS] === undefined) return done()
        viewAs(request, reply, (request.method === 'POST' ? request.body : request.query) as GraphqlParameters, parseOptions).then(() => { done() }, done)
      }
    }
  }
}

/** A WebSocket's operations and token come later: see `subscriptionOptions`. */
function isWebSocket (request: FastifyRequest & { readonly ws?: boolean }): boolean {
  return request.ws === true
}
