import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { curlOf } from '../../src/console/curl.ts'

/** What a shell makes of the command's words, with a program in place of curl that prints them. */
const wordsOf = async (command: string) => {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
  const { stdout } = await promisify(execFile)('sh', ['-c', script], { env: { TOKEN: 'secret' } })
  return stdout.split('\0').slice(0, -1)
}

describe('The command that repeats a request', () => {
  it('says what was asked, whatever stands in it, and takes the secret from a variable', async () => {
    const body = JSON.stringify({ text: `It's "quoted" $HOME \`id\` \\ \n!` })
    const headers = { authorization: 'Bearer msgr_abc', 'on-behalf-of': "o'hara", 'content-type': 'application/json' }
    const command = curlOf("http://localhost/chats/?title=it's", { method: 'POST', headers, body })
    expect(command).to.include('$TOKEN').and.not.include('msgr_abc')
    expect(await wordsOf(command)).to.deep.equal([
      ...['-X', 'POST', "http://localhost/chats/?title=it's", '-H', 'Authorization: Bearer secret'],
      ...['-H', 'content-type: application/json', '-H', "on-behalf-of: o'hara", '-d', body],
    ])
  })

  it('leaves a stream open', async () => {
    const command = curlOf('http://localhost/events', { headers: { accept: 'text/event-stream' } })
    expect(await wordsOf(command)).to.deep.equal(['-N', 'http://localhost/events', '-H', 'accept: text/event-stream'])
  })
})
