/** The checksum of IPv4, ICMP, UDP and ICMPv6 (RFC 1071), for probes that make packets by hand. Python; wants `struct`. */
export const CHECKSUM = String.raw`def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff`;
