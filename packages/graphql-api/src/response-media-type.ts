/** What answers are written as (GraphQL over HTTP, "Media Types"). */
export type ResponseMediaType = 'application/json' | 'application/graphql-response+json'

const graphqlResponse = 'application/graphql-response+json'

/**
 * Which of the two media types a client wants: `application/graphql-response+json`, whose status says how the
 * request went, only for a client that names it and wants `application/json` no more than that. Everybody else
 * gets `application/json`, as clients always have.
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
