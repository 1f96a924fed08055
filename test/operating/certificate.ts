import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the recipes call the public host. */
export const PUBLIC_HOST = 'chat.example.org'

export interface Certificate {
  readonly text: string
  /** Files: the certificate, its key, and both in one. */
  readonly certificate: string
  readonly key: string
  readonly both: string
}

/** A certificate of the public host, signed by itself, for as long as a test takes. */
export const aCertificate = async (folder: string): Promise<Certificate> => {
  const certificate = join(folder, 'certificate.pem')
  const key = join(folder, 'key.pem')
  const both = join(folder, 'both.pem')
  const subject = ['-subj', `/CN=${PUBLIC_HOST}`, '-addext', `subjectAltName=DNS:${PUBLIC_HOST}`]
  const asked = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await run('openssl', [...asked, ...subject, '-keyout', key, '-out', certificate])
  const text = await readFile(certificate, 'utf8')
  await writeFile(both, text + (await readFile(key, 'utf8')))
  return { text, certificate, key, both }
}
