/** The media types of responses (GraphQL over HTTP, "Media Types"). */
export type ResponseMediaType = 'application/json' | 'application/graphql-response+json'

const graphqlResponse = 'application/graphql-response+json'

/**
 * Chooses the media type for a client. `application/graphql-response+json`, whose status reports the result of the request,
 * is used only if the client names it and does not prefer `application/json`. All other clients get
 * `application/json`.
 *
 * @param accept the `Accept` header (RFC 9110 §12.5.1)
 */
export function responseMediaType (accept: string | undefined): ResponseMediaType {
  if (accept === undefined || !accept.toLowerCase().includes(graphqlResponse)) return 'application/json'
  const quality = qualityOf(accept, graphqlResponse)
  return quality > 0 && quality >= qualityOf(accept, 'application/json') ? graphqlResponse : 'application/json'
}

function qualityOf (accept: string, mediaType: ResponseMediaType): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map(part => part.trim())
    if (name !== mediaType) continue
    const quality = parameters.find(parameter => parameter.startsWith('q='))
    return quality === undefined ? 1 : Number(quality.slice('q='.length))
  }
  return 0
}
