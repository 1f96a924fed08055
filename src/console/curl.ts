/** Nothing in it means anything to a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`

/** What the command shows in place of a token or a key. */
const SECRET = '"Authorization: Bearer $TOKEN"'

/** A command that sends the request again, without its secret: that is taken from the variable `TOKEN`. */
export const curlOf = (url: string, { method = 'GET', headers, body }: RequestInit): string => {
  const fields = Array.from(new Headers(headers), ([name, value]) =>
    name === 'authorization' ? `-H ${SECRET}` : `-H ${quoted(`${name}: ${value}`)}`,
  )
  const isStream = new Headers(headers).get('accept') === 'text/event-stream'
  return [
    isStream ? 'curl -N' : 'curl',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    quoted(url),
    ...fields,
    ...(typeof body === 'string' ? [`-d ${quoted(body)}`] : []),
  ].join(' ')
}
