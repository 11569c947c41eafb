import t from 'tap'
import { describeBaseUrlMistake, describeUrlMistake } from '../dist/index.js'

const good = [
  'https://id.example.com', 'https://id.example.com/realms/a', 'https://[2001:db8::1]/', 'HTTPS://ID.EXAMPLE.COM',
  'http://localhost:8080', 'http://127.0.0.1:8080', 'http://127.9.9.9', 'http://[::1]:8080', 'http://2130706433'
]
for (const url of good) {
  t.test(`secrets may be sent to ${url}`, async t => {
    t.equal(describeUrlMistake(url), null)
    t.equal(describeBaseUrlMistake(url), null)
  })
}

for (const [url, mistake] of [
  ['', /^must be a URL/],
  ['id.example.com', /^must be a URL/],
  ['http://id.example.com', /^must begin with https/],
  ['http://127.0.0.1.example.com', /^must begin with https/],
  ['http://localhost.example.com', /^must begin with https/],
  ['http://app.localhost', /^must begin with https/],
  ['http://192.168.0.1', /^must begin with https/],
  ['http://[::2]', /^must begin with https/],
  ['ftp://localhost', /^must begin with https/],
  ['javascript:alert(1)', /^must begin with https/],
  ['https://hunter2@id.example.com', /^must not contain a user name or password$/],
  ['https://:hunter2@id.example.com', /^must not contain a user name or password$/],
  ['https://id.example.com/#hunter2', /^must not contain a #$/]
] as const) {
  t.test(`secrets may not be sent to "${url}", and the reason does not repeat it`, async t => {
    t.match(describeUrlMistake(url), mistake)
    t.match(describeBaseUrlMistake(url), mistake)
    t.notMatch(describeUrlMistake(url), /hunter2/)
  })
}

t.test('only a server on this machine can refer us to http on this machine', async t => {
  t.match(describeUrlMistake('http://127.0.0.1:8080/token', 'https://id.example.com'), /^must begin with https/)
  t.equal(describeUrlMistake('http://127.0.0.1:8080/token', 'http://localhost:3000'), null)
  t.equal(describeUrlMistake('https://tokens.example.com/token', 'https://id.example.com'), null)
})

t.test('an address that paths are added to has no query, not even an empty one', async t => {
  for (const url of ['https://id.example.com/?tenant=a', 'https://id.example.com/?']) {
    t.equal(describeUrlMistake(url), null)
    t.equal(describeBaseUrlMistake(url), 'must not contain a ?')
  }
})
