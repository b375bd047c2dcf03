import type { OpenApi } from "@holdfast/api";
import { errorTable } from "@holdfast/db";
import { html, inline, prose } from "./html.ts";
import { badge, idOf, operationSection } from "./operation.ts";

/** The reference of all that is below /v1 as one page, made from the document that describes it. */
export function docsPage(document: OpenApi): string {
  const { info, tags, paths } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const rooms = tags.map((tag) => ({
    ...tag,
    operations: operations.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  const links = rooms.map(
    ({ name, operations }) => html`<h2><a href="#${name}">${name}</a></h2>
      <ul>${operations.map(
        ({ method, operation }) =>
          html`<li><a href="#${idOf(operation)}">${badge(method)} <span>${operation.summary}</span></a></li>`,
      )}</ul>`,
  );
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Holdfast · API reference</title>
  <link rel="icon" href="/favicon.svg">
  <link rel="stylesheet" href="/docs/page.css">
  <script src="/docs/page.js"></script>
</head>
<body>
  <a class="skip" href="#main">Skip to the reference</a>
  <nav aria-label="Operations">
    <p class="brand"><a href="/docs">Holdfast</a> <span>API reference</span></p>
    <label class="find">Find <input type="search" id="find" placeholder="transfer, seats…" autocomplete="off"></label>
    <details class="menu" open><summary>Operations</summary>
      <div id="links">${links}<h2><a href="#errors">errors</a></h2></div>
    </details>
  </nav>
  <main id="main">
    <header>
      <h1>The Holdfast API</h1>
      ${prose(info.description)}
      <p>The document that this page is made of: <a href="/v1/openapi.json"><code>/v1/openapi.json</code></a> (OpenAPI 3.1).
      Examples below take the address from <code>$URL</code> and a token or an API key from <code>$TOKEN</code>. Every call may
      say in <code>Holdfast-Deadline-Ms</code> how many milliseconds it has: 10,000 when it doesn't, 60,000 at most.</p>
      <pre tabindex="0" id="address">URL=http://127.0.0.1:4000</pre>
    </header>
    ${rooms.map(
      ({ name, description, operations }) => html`<div class="room" id="${name}">
        <h2>${name}</h2><p class="lead">${description}</p>
        ${operations.map(({ path, method, operation }) => operationSection(document, path, method, operation))}
      </div>`,
    )}
    <div class="room" id="errors">
      <h2>errors</h2>
      <p class="lead">Every refusal is a problem with one of these codes. <code>same-key</code>: send the very same call again,
      key included. <code>new-key</code>: the answer is final, decide anew. <code>never</code>: change the call.</p>
      <dl>${Object.entries(errorTable).map(
        ([code, { status, retry, message, recorded }]) => html`<div class="error" id="${code}">
          <dt><code>${code}</code> <span>${status} · ${retry}${recorded ? " · recorded" : ""}</span></dt>
          <dd>${inline(message)}</dd></div>`,
      )}</dl>
    </div>
  </main>
</body>
</html>
`;
  return page.text;
}
