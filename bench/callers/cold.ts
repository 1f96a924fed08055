import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { tokenAuthenticator, type TokenSettings } from '../../src/infrastructure/auth/token-authenticator.ts'
import { absolute, type Row } from '../table.ts'
import { SECRET, tokenFor } from './users.ts'

const AUDIENCE = 'messenger'
const clock = { now: () => new Date() }

/** Tokens of one kind that no two are the same of, and the settings of who takes them. */
interface Kind {
  readonly settings: TokenSettings
  readonly make: () => Promise<string>
}

const shared: Kind = { settings: { secrets: [SECRET] }, make: () => tokenFor('user-1') }

const signedBy = async (alg: 'RS256' | 'ES256', folder: string): Promise<Kind> => {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const keySetFile = join(folder, `${alg}.json`)
  await writeFile(keySetFile, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: alg }] }))
  let made = 0
  const make = () =>
    new SignJWT({ sub: 'user-1', aud: AUDIENCE, jti: String(made++) })
      .setProtectedHeader({ alg, kid: alg })
      .setExpirationTime('2h')
      .sign(privateKey)
  return { settings: { keySetFile, audience: AUDIENCE }, make }
}

/** Microseconds that the use of a token takes, one after another. */
const timed = async (authenticate: (token: string) => unknown, tokens: readonly string[]): Promise<number> => {
  const startedAt = performance.now()
  for (const token of tokens) await authenticate(token)
  return ((performance.now() - startedAt) * 1000) / tokens.length
}

const rowsOf = async (alg: string, { settings, make }: Kind, uses: number): Promise<readonly Row[]> => {
  const { authenticate, close } = tokenAuthenticator(settings, clock)
  try {
    const tokens: string[] = []
    for (let n = 0; n < 2 * uses; n++) tokens.push(await make())
    const [warming, seen] = [tokens.slice(0, uses), tokens.slice(uses)]
    // The first half is for the engine, and reads the set.
    await timed(authenticate, warming)
    const first = await timed(authenticate, seen)
    for (const token of seen) if (E.isLeft(await authenticate(token))) throw new Error(`a token of ${alg} was refused`)
    const again = await timed(authenticate, seen)
    return [absolute(`first use of a token, ${alg}`, first, ' µs'), absolute(`another use of it, ${alg}`, again, ' µs')]
  } finally {
    close()
  }
}

/** What it costs to verify a token, in this process, and what it costs to know it already. */
export const coldRows = async (folder: string, uses: number): Promise<readonly Row[]> => [
  ...(await rowsOf('HS256', shared, uses)),
  ...(await rowsOf('RS256', await signedBy('RS256', folder), uses)),
  ...(await rowsOf('ES256', await signedBy('ES256', folder), uses)),
]
