import { BlockList, isIP } from "node:net";

/** What is not the public internet: IANA's registries of special-purpose addresses, and cloud metadata with them. */
const NOT_PUBLIC_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // Metadata and DNS of clouds that use addresses which are not special.
  "168.63.129.16/32",
];
/** Of what is public in IPv6, `2000::/3`: what wraps an IPv4 address, and what is for documentation or experiments. */
const NOT_PUBLIC_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

const notPublic = new BlockList();
for (const [type, ranges] of [
  ["ipv4", NOT_PUBLIC_V4],
  ["ipv6", NOT_PUBLIC_V6],
] as const) {
  for (const range of ranges) {
    const [net = "", bits = ""] = range.split("/");
    notPublic.addSubnet(net, Number(bits), type);
  }
}
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an IP address belongs to the public internet; false for what is no address at all. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, "ipv4");
    case 6:
      return globalUnicast.check(address, "ipv6") && !notPublic.check(address, "ipv6");
    default:
      return false;
  }
}

/** Whether it leads to this very machine. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && loopback.check(address, family === 4 ? "ipv4" : "ipv6");
}
