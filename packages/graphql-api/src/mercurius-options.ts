import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import type { ValidationRule } from 'graphql'
import type { MercuriusContext } from 'mercurius'
import { documentRules } from './document-rules.js'
import { formatErrors, type FormattedResponse } from './error-format.js'
import { createSocketGuard, type WebSocketLimits } from './guarded-socket.js'
import { limitDefaults, type GraphqlLimits } from './options.js'
import { createOperationCheck } from './operation-check.js'
import { authenticate } from './requester.js'
import { checkBody, checkContentType, checkQueryString, isParameters, type GraphqlParameters } from './request-check.js'
import { responseMediaType } from './response-media-type.js'
import { VIEW_AS, viewAs } from './view-as.js'
import { needsNoToken } from './without-token.js'

/** Why the token of a request was refused. Kept until it is known whether the request needs a token. */
const refusals = new WeakMap<FastifyRequest, unknown>()

/** The Mercurius options that this API requires. */
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
 * The options that an app must pass to Mercurius if it registers Mercurius itself: the error format, the validation of
 * requests and queries, and the verification of the bearer token, once per request.
 *
 * @param limits for queries, and for WebSockets if the app has subscriptions
 * @example
 * await app.register(mercurius, { schema, resolvers, ...mercuriusOptions() })
 * await app.register(graphqlApi)
 */
export function mercuriusOptions (limits: GraphqlLimits & WebSocketLimits = {}): RequiredMercuriusOptions {
  const defaults = limitDefaults()
  const { queryDepth = defaults.queryDepth, maxTokens = defaults.maxTokens, maxAliases = defaults.maxAliases, introspection = defaults.introspection } = limits
  const parseOptions = { maxTokens }
  const validationRules = documentRules({ queryDepth, maxAliases, introspection })
  const guardSocket = createSocketGuard(createOperationCheck(parseOptions, validationRules), limits)
  return {
    jit: 1,
    // Mercurius caches up to twice as many queries, of up to a few hundred kilobytes each.
    cache: 256,
    graphql: { parseOptions },
    validationRules,
    errorFormatter: formatErrors,
    additionalRouteOptions: {
      // Mercurius' own response schema would drop `code` from errors and turn the numbers in their paths into strings.
      schema: {},
      preParsing: (request, reply, _payload, done) => {
        if (isWebSocket(request)) return done()
        if (request.method === 'POST') checkContentType(request.headers['content-type'])
        const mediaType = responseMediaType(request.headers.accept)
        if (mediaType !== 'application/json') reply.header('content-type', `${mediaType}; charset=utf-8`)
        // Undefined if Mercurius was registered before the token verifier.
        if (request.identity != null || request.principal?.kind === 'apiToken') return done()
        const authenticating = authenticate(request.server, request)
        if (authenticating === undefined) return done()
        authenticating.catch(error => { refusals.set(request, error) }).then(() => { done() }, done)
      },
      preValidation: (request, reply, done) => {
        if (isWebSocket(request)) {
          guardSocket(request)
          return done()
        }
        const refusal = refusals.get(request)
        // A refused token takes precedence over other mistakes in the request.
        if (refusal !== undefined && !(isParameters(request.body) && needsNoToken(request.body, parseOptions))) throw refusal
        if (request.method === 'POST') checkBody(request.body)
        else checkQueryString(request.query as Record<string, unknown>, parseOptions)
        if (request.headers[VIEW_AS] === undefined) return done()
        viewAs(request, reply, (request.method === 'POST' ? request.body : request.query) as GraphqlParameters, parseOptions).then(() => { done() }, done)
      }
    }
  }
}

/** A WebSocket sends its token and operations later: see `subscriptionOptions` and `createSocketGuard`. */
function isWebSocket (request: FastifyRequest & { readonly ws?: boolean }): boolean {
  return request.ws === true
}
