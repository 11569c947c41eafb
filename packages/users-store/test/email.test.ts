import fc from 'fast-check'
import t from 'tap'
import { normalizeEmail } from '../dist/index.js'

/** 254 bytes. */
const longest = `ab@${[63, 63, 63, 59].map(length => 'b'.repeat(length)).join('.')}`

const accepted: [string, string, string][] = [
  ['as it is', 'anna@example.com', 'anna@example.com'],
  ['surrounding white space removed', ' \t\u00a0anna@example.com\r\n', 'anna@example.com'],
  ['ASCII letters in lower case', 'ANNA.Smith+News@EXAMPLE.com', 'anna.smith+news@example.com'],
  ['every symbol of a dot-atom', "!#$%&'*+/=?^_`{|}~-@example.com", "!#$%&'*+/=?^_`{|}~-@example.com"],
  ['letters beyond ASCII in the local part as they are', 'JÖRG@example.com', 'jÖrg@example.com'],
  ['the Kelvin sign is no k', '\u212Aim@example.com', '\u212Aim@example.com'],
  ['the long s is no s', '\u017Fam@example.com', '\u017Fam@example.com'],
  ['the ligature is not taken apart', '\uFB01n@example.com', '\uFB01n@example.com'],
  ['composed and decomposed stay two', 'e\u0301@example.com', 'e\u0301@example.com'],
  ['a domain in its ASCII form', 'anna@Straße.DE', 'anna@xn--strae-oqa.de'],
  ['a domain that is ASCII already', 'anna@XN--STRAE-OQA.de', 'anna@xn--strae-oqa.de'],
  ['the ideographic full stop in a domain', 'anna@example。com', 'anna@example.com'],
  ['a domain of one label', 'anna@localhost', 'anna@localhost'],
  ['digits in a domain', 'anna@163.com', 'anna@163.com'],
  ['a local part of 64 bytes', `${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ['254 bytes', longest, longest]
]
for (const [what, raw, expected] of accepted) {
  t.test(`keeps ${what}`, async t => {
    t.equal(normalizeEmail(raw), expected)
    t.equal(normalizeEmail(expected), expected, 'and does not change it again')
  })
}

const refused: [string, unknown][] = [
  ['no string', undefined],
  ['nothing', ''],
  ['white space alone', '  '],
  ['no @', 'anna.example.com'],
  ['nothing before the @', '@example.com'],
  ['nothing after the @', 'anna@'],
  ['two @', 'anna@work@example.com'],
  ['a quoted local part', '"anna smith"@example.com'],
  ['a quoted @', '"anna@work"@example.com'],
  ['a display name', 'Anna <anna@example.com>'],
  ['a comment', 'anna(work)@example.com'],
  ['a list', 'anna@example.com,bert@example.com'],
  ['a backslash', 'an\\na@example.com'],
  ['a leading dot', '.anna@example.com'],
  ['a trailing dot in the local part', 'anna.@example.com'],
  ['two dots in a row', 'an..na@example.com'],
  ['white space in the local part', 'an na@example.com'],
  ['white space in the domain', 'anna@exam ple.com'],
  ['a no-break space', 'an\u00a0na@example.com'],
  ['NUL', 'anna\0@example.com'],
  ['a line feed', 'anna@example.com\nbcc:bert@example.com'],
  ['a C1 control character', 'an\u0085na@example.com'],
  ['a lone surrogate in the local part', 'an\ud800na@example.com'],
  ['a lone surrogate in the domain', 'anna@ex\udc00ample.com'],
  ['65 bytes before the @', `${'a'.repeat(65)}@example.com`],
  ['65 bytes in 33 characters before the @', `${'ö'.repeat(32)}a@example.com`],
  ['255 bytes', `a${longest}`],
  ['more than 254 bytes once the domain is ASCII', `anna@${`${'ö'.repeat(56)}.`.repeat(4)}com`],
  ['a very long text', `anna@${'a'.repeat(100_000)}`],
  ['a very long text of ignorable characters', `anna@example${'\u00ad'.repeat(2000)}.com`],
  ['an empty label', 'anna@example..com'],
  ['a leading dot in the domain', 'anna@.example.com'],
  ['a trailing dot in the domain', 'anna@example.com.'],
  ['a label of 64 characters', `anna@${'a'.repeat(64)}.com`],
  ['a label that begins with a hyphen', 'anna@-example.com'],
  ['a label that ends with a hyphen', 'anna@example-.com'],
  ['an underscore in the domain', 'anna@exa_mple.com'],
  ['a percent-encoded domain', 'anna@%65xample.com'],
  ['a percent sign of another width', 'anna@\uFF0565xample.com'],
  ['a port', 'anna@example.com:25'],
  ['a colon of another width', 'anna@example.com\uFF1A25'],
  ['a path', 'anna@example.com/path'],
  ['a character that IDNA makes a path of', 'anna@\u2100.com'],
  ['a query', 'anna@example.com?x'],
  ['a fragment', 'anna@example.com#x'],
  ['a backslash in the domain', 'anna@example.com\\x'],
  ['an IPv4 address', 'anna@127.0.0.1'],
  ['an IPv4 address in hexadecimal', 'anna@0x7f.1'],
  ['an IPv4 address as one number', 'anna@2130706433'],
  ['an IPv4 address in digits of another width', 'anna@１２７.0.0.1'],
  ['an IPv4 literal', 'anna@[127.0.0.1]'],
  ['an IPv6 literal', 'anna@[IPv6:::1]'],
  ['Punycode that is none', 'anna@xn--a.com']
]
for (const [what, raw] of refused) {
  t.test(`refuses ${what}`, async t => {
    t.throws(() => normalizeEmail(raw as string), {
      code: 'USERS_STORE_ERR_INVALID_EMAIL', statusCode: 400, message: /^Invalid email: must/, details: { email: /^must/ }
    })
  })
}

/** The normalized form, or nothing if the email is refused. */
function normalized (raw: string): string | undefined {
  try {
    return normalizeEmail(raw)
  } catch {
    return undefined
  }
}

const anyUnicode = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })
const domainLike = fc.string({ unit: fc.oneof(fc.constantFrom(...'aZ09-._xn--ßK１。％%:'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), minLength: 1, maxLength: 12 })

t.test('the normalized form is a fixed point, printable and within the limits', async t => {
  let kept = 0
  fc.assert(fc.property(anyUnicode, domainLike, (local, domain) => {
    const email = normalized(`${local}@${domain}`)
    if (email === undefined) return
    kept++
    const [, normalizedDomain = ''] = /^[^@]+@([^@]+)$/.exec(email) ?? []
    return normalizeEmail(email) === email && /^[a-z0-9.-]+$/.test(normalizedDomain) &&
      !/[\s\p{Control}\p{Surrogate}]/u.test(email) && Buffer.byteLength(email) <= 254
  }), { numRuns: 5000 })
  t.ok(kept > 100, `${kept} were emails`)
})

t.test('different local parts stay different, except for the case of ASCII letters', async t => {
  const lowerAscii = (text: string) => text.replace(/[A-Z]/g, letter => letter.toLowerCase())
  // Pairs of a text and its canonical equivalent, which a Unicode normalization would merge.
  const pair = fc.tuple(anyUnicode, fc.constantFrom('NFC', 'NFD', 'NFKC', 'NFKD', 'lower', 'upper', 'ascii')).map(([text, form]): [string, string] => {
    if (form === 'lower') return [text, text.toLowerCase()]
    if (form === 'upper') return [text, text.toUpperCase()]
    if (form === 'ascii') return [text, text.replace(/[a-z]/g, letter => letter.toUpperCase())]
    return [text, text.normalize(form)]
  })
  fc.assert(fc.property(pair, ([one, other]) => {
    const [first, second] = [normalized(`${one}@example.com`), normalized(`${other}@example.com`)]
    if (first === undefined || second === undefined) return true
    // Surrounding white space is not part of a local part.
    return (first === second) === (lowerAscii(one.trim()) === lowerAscii(other.trim()))
  }), { numRuns: 5000 })
  t.equal(normalizeEmail('KIM@example.com'), normalizeEmail('kim@example.com'))
  t.not(normalizeEmail('\u212AIM@example.com'), normalizeEmail('kim@example.com'))
})
