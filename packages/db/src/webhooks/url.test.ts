import { describe, expect, test } from "vitest";
import { isPublicAddress } from "./public-address.ts";
import { whyNotSentTo } from "./url.ts";

const PUBLIC = "must lead to the public internet";
const HTTPS = "must begin with https://";
const PORT = "must have port 443, or one from 1024";

describe("where messages may go", () => {
  test.each([
    ["https://example.com/hooks?a=1", undefined],
    ["https://example.com:8443/", undefined],
    ["https://8.8.8.8/", undefined],
    ["https://[2606:4700::1111]/", undefined],
    ["https://xn--bcher-kva.example.org./", undefined],
    ["http://example.com/", HTTPS],
    ["file:///etc/passwd", HTTPS],
    ["javascript:alert(1)", HTTPS],
    ["example.com", "must be an address like https://example.com/hooks"],
    [`https://example.com/${"a".repeat(2_000)}`, "must be an address like https://example.com/hooks"],
    ["https://user@example.com/", "must not hold credentials: verify the signature instead"],
    ["https://example.com/#a", "must not have a fragment"],
    ["https://example.com:25/", PORT],
    ["https://example.com:80/", PORT],
    ["https://localhost/", PUBLIC],
    ["https://LOCALHOST./", PUBLIC],
    ["https://metadata/", PUBLIC],
    ["https://metadata.google.internal/", PUBLIC],
    ["https://printer.local/", PUBLIC],
    ["https://router.home.arpa/", PUBLIC],
    ["https://127.1/", PUBLIC],
    ["https://0177.0.0.1/", PUBLIC],
    ["https://0x7f000001/", PUBLIC],
    ["https://2130706433/", PUBLIC],
    ["https://[::1]/", PUBLIC],
    ["https://[::ffff:8.8.8.8]/", PUBLIC],
    ["https://[fe80::1]/", PUBLIC],
    ["https://10.1.2.3:8443/", PUBLIC],
    ["https://１２７.0.0.1/", PUBLIC],
  ])("%s: %s", (url, why) => {
    expect(whyNotSentTo(url, { loopback: false })).toBe(why);
  });

  test.each([
    ["http://localhost:3000/", undefined],
    ["http://127.0.0.1:80/", undefined],
    ["http://[::1]:3000/", undefined],
    ["ftp://localhost/", HTTPS],
    ["http://example.com/", HTTPS],
    ["http://192.168.0.1/", HTTPS],
    ["https://192.168.0.1/", PUBLIC],
  ])("in development %s: %s", (url, why) => {
    expect(whyNotSentTo(url, { loopback: true })).toBe(why);
  });
});

test.each([
  ["1.1.1.1", true],
  ["172.15.255.255", true],
  ["172.16.0.0", false],
  ["172.32.0.0", true],
  ["198.17.255.255", true],
  ["198.18.0.0", false],
  ["2606:4700::1", true],
  ["2001:db8::1", false],
  ["2001:4860:4860::8888", true],
  ["2002:a00:1::", false],
  ["4000::1", false],
  ["::ffff:1.1.1.1", false],
  ["no address", false],
])("%s is public: %s", (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});
