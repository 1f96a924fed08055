import { createClient } from '/client/index.js'

/** Asks the site. What it refuses is thrown as the status. */
export const post = async (path, body = {}) => {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(String(response.status))
  return response.status === 204 ? undefined : response.json()
}

/**
 * A client of the messenger for whoever is logged in. It asks the site for a token, and for the next one before the first expires;
 * so streams, which end with their token, go on with a new one.
 */
export const connect = async () => {
  const { user_id: me, messenger_url: baseUrl } = await post('/token')
  const token = async () => {
    const { token, expires_in } = await post('/token')
    return { token, expiresIn: expires_in * 1000 }
  }
  return { me, client: createClient({ baseUrl, token }) }
}

/** Resolves once somebody is logged in, by the form if need be. */
export const loggedIn = (form) =>
  connect().catch(
    () =>
      new Promise((resolve) => {
        form.hidden = false
        form.addEventListener('submit', (event) => {
          event.preventDefault()
          const fields = Object.fromEntries(new FormData(form))
          post('/login', fields)
            .then(connect)
            .then((connected) => {
              form.hidden = true
              resolve(connected)
            })
            .catch(() => (form.querySelector('output').textContent = 'No such name, or not that password'))
        })
      }),
  )
