//! Where minutes stand. They are approved together with their session
//! ([`crate::assemblies::sessions::lifecycle`]), once and for good: what is wrong is corrected by
//! appending.

crate::text_enum! {
    /// Where minutes stand.
    pub enum MinutesStatus {
        /// They may be edited.
        Draft => "draft",
        /// They stand as they are.
        Approved => "approved",
    }
}
