//! Networks that the configuration names.

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

/// A set of networks.
#[derive(Debug, Clone, Default)]
pub struct Networks(Arc<[IpNet]>);

impl Networks {
    /// Reads networks in CIDR form, and single addresses.
    ///
    /// # Errors
    ///
    /// Names the one that cannot be read.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        texts
            .iter()
            .map(|text| {
                let text = text.trim();
                let network = text.parse::<IpNet>();
                network
                    .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
                    .map_err(|_| format!("`{text}` is not a network such as 10.1.0.0/16"))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the address is in one of them.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}
