/** Runs in the browser: builds the page from the document of a service that stands below a path. */
export const script = (
  basePath: string,
): string => `/* Swagger UI waits for the end of an answer, and a stream has none: the page shows how it begins. */
const SHOWN_MS = 1000

const beginningOf = async (answer, stop) => {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  setTimeout(stop, SHOWN_MS)
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value
  } catch {
    text += ': so far. It goes on: watch it with curl -N\\n'
  }
  return new Response(text, answer)
}

const fetchAnswer = async (url, request) => {
  const abort = new AbortController()
  const answer = await fetch(url, { ...request, signal: abort.signal })
  const isStream = answer.ok && (answer.headers.get('content-type') ?? '').startsWith('text/event-stream')
  return isStream ? beginningOf(answer, () => abort.abort()) : answer
}

/* Swagger UI fills defaults in. What is left out is left out: descriptions say what that means. */
const withoutDefaults = (document) => {
  for (const { schema } of Object.values(document.components?.parameters ?? {})) delete schema?.default
  return document
}

const emptyFields = () => ({
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (update) => (document) => update(withoutDefaults(document)) } },
  },
})

/* Swagger UI looks for an input for lists of such numbers, warns that it has none, and takes that for texts. */
const numbersInLists = ({ React, getComponent }) => ({
  components: {
    JsonSchema_integer_int64: (props) => React.createElement(getComponent('JsonSchema_string'), props),
  },
})

const prepare = (request) => {
  const asksForStream = request.headers?.accept === 'text/event-stream'
  return Object.assign(request, { userFetch: fetchAnswer, curlOptions: asksForStream ? ['-N'] : [] })
}

window.ui = SwaggerUIBundle({
  url: '${basePath}/openapi.yaml',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [emptyFields, numbersInLists],
  layout: 'StandaloneLayout',
  requestInterceptor: prepare,
})
`

/** There is one document and one server, so nothing to choose. The operations come soon; what is wide scrolls by itself. */
export const style = `
    .swagger-ui .topbar, .swagger-ui .scheme-container .schemes > .schemes-server-container { display: none }
    .swagger-ui .scheme-container { background: none; box-shadow: none; margin: 0; padding: 0 0 4px }
    .swagger-ui .information-container.wrapper { padding-bottom: 0 }
    .swagger-ui .info { margin: 16px 0 8px }
    .swagger-ui .info hgroup.main { margin: 0 0 8px }
    .swagger-ui .info .renderedMarkdown p { margin: 6px 0 }
    .swagger-ui .info details { font-size: 14px; margin: 4px 0; overflow-x: auto }
    .swagger-ui .info summary { cursor: pointer }
    .swagger-ui .info__license { font-size: 12px }
    .swagger-ui .opblock-tag { padding-top: 4px }
    .swagger-ui .opblock-body { overflow-x: auto }
`

export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<path fill="#2563eb" d="M6 3h20a4 4 0 0 1 4 4v13a4 4 0 0 1-4 4H15l-8 6v-6H6a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z"/>
<path stroke="#fff" stroke-width="2.5" stroke-linecap="round" d="M9 10.5h14M9 16.5h9"/>
</svg>
`
