/** Runs in the browser: builds the page from the document. */
export const script = `/* Swagger UI waits for the end of an answer, and a stream has none: the page shows how it begins. */
const SHOWN_MS = 1000

const beginningOf = async (answer, stop) => {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  setTimeout(stop, SHOWN_MS)
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value
  } catch {
    text += '\\n: the stream goes on; watch it with curl -N\\n'
  }
  return new Response(text, answer)
}

const fetchAnswer = async (url, request) => {
  const abort = new AbortController()
  const answer = await fetch(url, { ...request, signal: abort.signal })
  const isStream = (answer.headers.get('content-type') ?? '').startsWith('text/event-stream')
  return isStream ? beginningOf(answer, () => abort.abort()) : answer
}

window.ui = SwaggerUIBundle({
  url: '/openapi.yaml',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
  requestInterceptor: (request) => Object.assign(request, { userFetch: fetchAnswer }),
})
`

/** There is one document and one server, so nothing to choose; what is wide scrolls by itself. */
export const style = `
    .swagger-ui .topbar, .swagger-ui .scheme-container { display: none }
`

export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#2563eb" d="M6 3h20a4 4 0 0 1 4 4v13a4 4 0 0 1-4 4H15l-8 6v-6H6a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"/>
<path stroke="#fff" stroke-width="2.5" stroke-linecap="round" d="M9 10.5h14M9 16.5h9"/>
</svg>
`
