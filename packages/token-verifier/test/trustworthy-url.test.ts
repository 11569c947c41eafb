import t from 'tap'
import { isTrustworthyUrl } from '../dist/trustworthy-url.js'

const urls: [string, boolean][] = [
  ['https://id.example.com', true],
  ['https://10.0.0.1/jwks?tenant=1', true],
  ['http://localhost:3000', true],
  ['http://127.0.0.1', true],
  ['http://127.255.0.9:8080/oidc', true],
  ['http://2130706433', true], // 127.0.0.1, as a number
  ['http://[::1]:3000', true],
  ['http://id.example.com', false],
  ['http://128.0.0.1', false],
  ['http://127.0.0.1.example.com', false],
  ['http://localhost.example.com', false],
  ['http://[::2]', false],
  ['http://0.0.0.0', false],
  ['ftp://localhost', false],
  ['data:application/json,{}', false],
  ['https://user@id.example.com', false],
  ['https://:password@id.example.com', false],
  ['id.example.com', false],
  ['', false]
]
for (const [url, expected] of urls) {
  t.test(`${url}: ${expected ? 'believed' : 'not believed'}`, async t => { t.equal(isTrustworthyUrl(url), expected) })
}

t.test('a server elsewhere cannot send us to this machine, one on this machine can', async t => {
  t.notOk(isTrustworthyUrl('http://127.0.0.1/jwks', 'https://id.example.com'))
  t.ok(isTrustworthyUrl('http://127.0.0.1/jwks', 'http://localhost'))
  t.ok(isTrustworthyUrl('https://keys.example.com/jwks', 'https://id.example.com'))
})
