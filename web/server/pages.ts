/** The few pages that somebody without a session may see. They hold nothing of the app. */

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${head}<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 36rem; margin: 15vh auto; padding: 0 1rem; }
code { font-family: ui-monospace, monospace; }
</style>
</head>
<body>
<h1>${title}</h1>
${body}
</body>
</html>
`;
}

/** How to get in. */
export const signInPage = page(
  'Probepad',
  `<p>This hub doesn't know your browser yet.</p>
<p>Open the URL that <code>npm start</code> printed: it ends in <code>?token=…</code> and holds the access token.
After that this browser stays signed in, and links to snippets and runs work.</p>`,
);

export const wrongTokenPage = page(
  'Probepad',
  '<p>The access token in this address is not the one of this hub.</p>\n' +
    '<p>Open the URL that <code>npm start</code> printed last.</p>',
);

export const tooManyTriesPage = page(
  'Probepad',
  '<p>Too many wrong access tokens came from your address. Wait a minute and try again.</p>',
);

export const wrongAddressPage = page(
  'Probepad',
  `<p>This hub doesn't answer under this address.</p>
<p>Open Probepad under the address it was started with, or add this one to <code>PROBEPAD_ORIGINS</code>.</p>`,
);

/**
 * For a link that was followed from another site: browsers keep SameSite=Strict cookies back there. The page comes back by itself, and
 * then the cookie, if there is one, is sent. Nothing is done by opening a page, so nothing is risked.
 */
export const comeBackPage = page(
  'Probepad',
  '<p>One moment…</p>',
  '<meta http-equiv="refresh" content="0">\n',
);

export const startingPage = page(
  'Probepad',
  '<p>Probepad is starting…</p>',
  '<meta http-equiv="refresh" content="1">\n',
);
