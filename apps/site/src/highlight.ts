import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import http from "highlight.js/lib/languages/http";
import json from "highlight.js/lib/languages/json";
import nginx from "highlight.js/lib/languages/nginx";
import python from "highlight.js/lib/languages/python";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { escapeHtml } from "./html.ts";

const languages = { bash, css, http, json, nginx, python, sql, typescript, xml, yaml };
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language);

/** The languages of our blocks and files, by how they are named there. */
const ALIASES: Readonly<Record<string, string>> = {
  sh: "bash",
  ts: "typescript",
  tsx: "typescript",
  yml: "yaml",
  html: "xml",
};

/** Code as HTML whose classes the style sheet colours; plain where the language is none of ours. */
export function highlight(code: string, name: string): string {
  const language = ALIASES[name] ?? name;
  if (hljs.getLanguage(language) === undefined) return escapeHtml(code);
  return hljs.highlight(code, { language }).value;
}
