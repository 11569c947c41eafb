import t from 'tap'
import { responseMediaType } from '../dist/response-media-type.js'

const json = 'application/json'
const graphql = 'application/graphql-response+json'

const headers: [string | undefined, string][] = [
  [undefined, json],
  ['*/*', json],
  ['text/html', json],
  [json, json],
  [graphql, graphql],
  ['Application/GraphQL-Response+JSON', graphql],
  [`${graphql};charset=utf-8`, graphql],
  [`${graphql},${json};q=0.9`, graphql],
  [`${json}, ${graphql}`, graphql],
  [`${graphql}; charset=utf-8; q=0.5, ${json}`, json],
  [`${graphql};q=0`, json],
  [`${graphql};q=much`, json],
  [`text/html, ${graphql};q=0.8, */*`, graphql]
]
for (const [accept, mediaType] of headers) {
  t.test(`${accept ?? 'no Accept header'} is answered with ${mediaType}`, async t => {
    t.equal(responseMediaType(accept), mediaType)
  })
}
