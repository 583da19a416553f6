import { type FlagTable, tableOf } from './name-table.ts';

/** Address families. Source: include/linux/socket.h. */
export const ADDRESS_FAMILIES = tableOf([
  [
    0,
    `
    AF_UNSPEC AF_UNIX AF_INET AF_AX25 AF_IPX AF_APPLETALK AF_NETROM AF_BRIDGE AF_ATMPVC AF_X25 AF_INET6 AF_ROSE
    AF_DECnet AF_NETBEUI AF_SECURITY AF_KEY AF_NETLINK AF_PACKET AF_ASH AF_ECONET AF_ATMSVC AF_RDS AF_SNA AF_IRDA
    AF_PPPOX AF_WANPIPE AF_LLC AF_IB AF_MPLS AF_CAN AF_TIPC AF_BLUETOOTH AF_IUCV AF_RXRPC AF_ISDN AF_PHONET
    AF_IEEE802154 AF_CAIF AF_ALG AF_NFC AF_VSOCK AF_KCM AF_QIPCRTR AF_SMC AF_XDP AF_MCTP`,
  ],
]);

/** IP protocols as people write them. Source: include/uapi/linux/in.h; IPv6's next headers from IANA's list. */
export const IP_PROTOCOLS = new Map([
  [0, 'IP'],
  [1, 'ICMP'],
  [2, 'IGMP'],
  [4, 'IPIP'],
  [6, 'TCP'],
  [8, 'EGP'],
  [12, 'PUP'],
  [17, 'UDP'],
  [22, 'IDP'],
  [29, 'TP'],
  [33, 'DCCP'],
  [41, 'IPV6'],
  [43, 'IPV6-Route'],
  [44, 'IPV6-Frag'],
  [46, 'RSVP'],
  [47, 'GRE'],
  [50, 'ESP'],
  [51, 'AH'],
  [58, 'ICMPV6'],
  [59, 'IPV6-NoNxt'],
  [60, 'IPV6-Opts'],
  [92, 'MTP'],
  [94, 'BEETPH'],
  [98, 'ENCAP'],
  [103, 'PIM'],
  [108, 'COMP'],
  [115, 'L2TP'],
  [132, 'SCTP'],
  [136, 'UDPLITE'],
  [137, 'MPLS'],
  [143, 'ETHERNET'],
  [255, 'RAW'],
  [256, 'SMC'],
  [262, 'MPTCP'],
]);

/** Source: include/net/tcp_states.h. */
export const TCP_STATES = tableOf([
  [
    1,
    `
    ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING
    NEW_SYN_RECV BOUND_INACTIVE`,
  ],
]);

/** Socket types. Source: include/linux/net.h. */
export const SOCKET_TYPES = new Map([
  [1, 'SOCK_STREAM'],
  [2, 'SOCK_DGRAM'],
  [3, 'SOCK_RAW'],
  [4, 'SOCK_RDM'],
  [5, 'SOCK_SEQPACKET'],
  [6, 'SOCK_DCCP'],
  [10, 'SOCK_PACKET'],
]);

/** What socket(2) takes together with a type. Source: include/linux/net.h. */
export const SOCKET_FLAGS: FlagTable = [
  ['SOCK_NONBLOCK', 0o4000],
  ['SOCK_CLOEXEC', 0o2000000],
];

/** EtherTypes as people write them. Source: include/uapi/linux/if_ether.h. */
export const ETHER_TYPES = new Map([
  [0x0800, 'IPv4'],
  [0x0806, 'ARP'],
  [0x8035, 'RARP'],
  [0x8100, '802.1Q'],
  [0x86dd, 'IPv6'],
  [0x8808, 'PAUSE'],
  [0x8809, 'LACP'],
  [0x8847, 'MPLS'],
  [0x8848, 'MPLS_MC'],
  [0x8863, 'PPPoE_DISC'],
  [0x8864, 'PPPoE'],
  [0x888e, 'EAPOL'],
  [0x88a8, '802.1AD'],
  [0x88cc, 'LLDP'],
  [0x88e5, 'MACsec'],
  [0x88f7, 'PTP'],
]);
