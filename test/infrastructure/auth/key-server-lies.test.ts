import type { RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { REMOTE_TIMES } from '../../../src/infrastructure/auth/key-set-sources.ts'
import { left, right } from '../../fixtures.ts'
import { releasing } from '../../releasing.ts'
import { servedSets } from './served-set.ts'
import { aSigner, setOf, type Signer } from './tokens.ts'

const { fresh, unknownPause } = REMOTE_TIMES

describe('A key set whose server is not what it was', () => {
  const served = servedSets(releasing())
  let one: Signer
  let two: Signer

  before(async () => {
    one = await aSigner('EdDSA', 'one')
    two = await aSigner('EdDSA', 'two')
  })

  const elsewhere = { location: 'http://127.0.0.1:1/' }
  const LIES: readonly (readonly [string, RequestListener])[] = [
    ['never answers', () => {}],
    ['never ends its answer', (_, res) => void res.write('{"keys":[')],
    ['cuts the connection', (req) => void req.socket.destroy()],
    [
      'cuts the answer',
      (req, res) => void res.writeHead(200, { 'content-length': 999 }).write('{', () => req.socket.destroy()),
    ],
    ['has no room', (_, res) => void res.writeHead(503).end(setOf(two))],
    ['has no such set', (_, res) => void res.writeHead(404).end('{}')],
    ['sends elsewhere', (_, res) => void res.writeHead(302, elsewhere).end(setOf(two))],
    ['sends elsewhere for ever', (req, res) => void res.writeHead(308, { location: req.url }).end(setOf(two))],
    ['answers with nothing', (_, res) => void res.end()],
    ['answers with 204', (_, res) => void res.writeHead(204).end()],
    ['answers with a page', (_, res) => void res.setHeader('content-type', 'text/html').end('<html>Sign in</html>')],
    ['answers with null', (_, res) => void res.end('null')],
    ['answers with another document', (_, res) => void res.end('{"issuer":"x","jwks_uri":"http://127.0.0.1:1/"}')],
    [
      'answers with keys that are none',
      (_, res) => void res.end('{"keys":[null,7,[],"x",{"kty":"OKP","crv":"Ed25519","x":7}]}'),
    ],
    ['answers with no keys', (_, res) => void res.end('{"keys":[]}')],
    ['answers with too much', (_, res) => void res.end(`${' '.repeat(256 * 1024)}${setOf(two)}`)],
    [
      'answers with too much in little',
      (_, res) =>
        void res
          .setHeader('content-encoding', 'gzip')
          .end(gzipSync(Buffer.concat([Buffer.alloc(2 ** 24, ' '), Buffer.from(setOf(two))]))),
    ],
    ['answers with noise', (_, res) => void res.end(Buffer.alloc(1000, 0xff))],
  ]
  for (const [what, lie] of LIES)
    it(`is kept when that ${what}, and comes back with it`, async () => {
      const { server, clock, failures, set, names } = await served(setOf(one))
      const id = right(await set.find('EdDSA', 'one'))[0]?.id ?? ''
      server.answer(lie)
      clock.advance(fresh)
      expect(left(await set.find('EdDSA', 'two')).kind).to.equal('Unavailable')
      expect(await names('one')).to.deep.equal(['one'])
      expect(set.trusts(id)).to.equal(true)
      expect(failures).to.have.length(1)
      expect(server.asked()).to.equal(2)

      server.serve(setOf(two))
      clock.advance(unknownPause)
      expect(await names('two')).to.deep.equal(['two'])
      expect(set.trusts(id)).to.equal(false)
    })
})
